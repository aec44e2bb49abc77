import { type createClosers, type Instances, type Logger, watchInstances } from '@marquee/service-kit'
import type { GatewayConfig } from './config.js'
import type { UpstreamName } from './routes.js'

export type Fleet = Record<UpstreamName, Instances>

/** The instances of each app behind the gateway, looked at once for all who ask them. */
export function watchFleet(
  config: GatewayConfig,
  closers: ReturnType<typeof createClosers>,
  log: Logger,
): Fleet {
  const watch = (app: UpstreamName, origins: string[]): Instances => {
    const instances = watchInstances(origins, {
      onChange: ({ origin, well }) =>
        log[well ? 'info' : 'warn'](
          { app, origin },
          well ? 'an instance is back' : 'an instance is left out',
        ),
    })
    closers.onClose(`looks at ${app}`, () => instances.close())
    return instances
  }
  return {
    catalog: watch('catalog', config.CATALOG_ORIGINS),
    'user-history': watch('user-history', config.USER_HISTORY_ORIGINS),
    reviews: watch('reviews', config.REVIEWS_ORIGINS),
    trending: watch('trending', config.TRENDING_ORIGINS),
  }
}
