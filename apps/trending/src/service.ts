import { createClosers, createLogger, createMetrics, createService, httpClient } from '@marquee/service-kit'
import { createBackground } from './background.js'
import type { Config } from './config.js'
import { connected, isCountersOutage, openCounters, type Purpose } from './counters-store.js'
import { createTrendingReader } from './ranking/trending-reader.js'
import { routes } from './routes.js'
import { createAskCatalog } from './titles/ask-catalog.js'
import { applyTitles } from './titles/title-store.js'
import { createHashKey } from './views/view-store.js'

/** What is hot now: counts views, ranks titles, and tells the others. `apart` keeps a test's keys and topics from another's. */
export function createTrending(config: Config, apart?: { root: string; topicPrefix: string }) {
  const { limits } = config
  const log = createLogger('trending', config.LOG_LEVEL)
  const metrics = createMetrics('trending')
  const registry = metrics.withProcessMetrics()
  const closers = createClosers(log)
  const open = (purpose: Purpose) => {
    const opened = openCounters({ url: config.COUNTERS_URL, purpose, log, root: apart?.root })
    closers.onClose(`counters (${purpose})`, opened.close)
    return opened
  }

  const counters = open('request')
  const catalog = httpClient({
    origins: config.CATALOG_ORIGINS,
    name: 'The catalogue',
    timeoutMs: limits.askOwnerTimeoutMs,
  })
  closers.onClose('catalog', () => catalog.close())
  const topicPrefix = apart?.topicPrefix ?? ''
  const { background, idle, readiness } = createBackground(config, {
    open,
    log,
    metrics,
    registry,
    closers,
    topicPrefix,
  })

  const service = createService({
    name: 'trending',
    log,
    host: config.HOST,
    port: config.PORT,
    internalKey: config.MARQUEE_INTERNAL_KEY,
    limits,
    closers,
    registry,
    isOutage: isCountersOutage,
    // Views are counted without Kafka and known titles without the catalogue, so these do not decide whether we are ready.
    readiness: { counters: async () => void (await counters.redis.ping()), ...readiness },
    endpoints: routes({
      counters,
      askCatalog: createAskCatalog(catalog, (title) => applyTitles(counters, [title])),
      hashKey: createHashKey(counters),
      limits,
      readTrending: createTrendingReader(counters),
    }),
    background,
  })
  return {
    /** Starts without its engines too: it answers 503 and is not ready until they are there. */
    async start(): Promise<{ port: number }> {
      await connected(counters, 2000).catch((err: unknown) =>
        log.warn({ err }, 'starting without the counters'),
      )
      return service.listen()
    },
    stop: () => service.stop(),
    idle,
  }
}
