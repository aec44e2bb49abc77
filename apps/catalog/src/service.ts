import { createCache } from '@marquee/cache'
import { createPool, isOutage } from '@marquee/postgres'
import { createClosers, createLogger, createMetrics, createService } from '@marquee/service-kit'
import { createForeign } from './audience/foreign.js'
import { createBackground } from './background.js'
import { createCatalogCache } from './catalog-cache.js'
import type { CatalogConfig } from './config.js'
import type { Catalog } from './context.js'
import { ping } from './ping-store.js'
import { routes } from './routes.js'

/** What there is to watch: everything that this app is made of, in the order in which it opens. `prefix` parts tests from another. */
export function createCatalog(config: CatalogConfig, prefix?: string) {
  const { limits } = config
  const name = 'catalog'
  const log = createLogger(name, config.LOG_LEVEL)
  const registry = createMetrics(name).withProcessMetrics()
  const closers = createClosers(log)

  const pool = createPool({ url: config.DATABASE_URL, name, queryTimeoutMs: limits.storeTimeoutMs, log })
  closers.onClose('database', () => pool.end())
  const foreign = createForeign({ url: config.DATABASE_URL, timeoutMs: limits.foreignTimeoutMs, log })
  closers.onClose('foreign tables', () => foreign.close())
  const cache = createCache({ url: config.CACHE_URL, log, registry, ...(prefix && { prefix }) })
  closers.onClose('cache', () => cache.close())

  const catalog: Catalog = {
    pool,
    cache: createCatalogCache(cache, limits),
    foreign,
    limits,
    cursorKey: config.MARQUEE_CURSOR_KEY,
  }
  const { background, idle, readiness } = createBackground(catalog, config, {
    log,
    registry,
    closers,
    topicPrefix: prefix,
  })
  const service = createService({
    name,
    log,
    host: config.HOST,
    port: config.PORT,
    internalKey: config.MARQUEE_INTERNAL_KEY,
    limits,
    endpoints: routes(catalog),
    // Requests are answered without the cache and without Kafka, so these do not decide whether we are ready.
    readiness: { database: () => ping(pool), ...readiness },
    registry,
    isOutage,
    background,
    closers,
  })
  return { start: () => service.listen(), stop: () => service.stop(), idle }
}
