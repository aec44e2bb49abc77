import { topicNames } from '@marquee/contracts'
import { connectKafka, ensureTopics } from '@marquee/events'
import { createClosers, createLogger, createMetrics, createService, httpClient } from '@marquee/service-kit'
import { createBackground } from './background.js'
import type { Config } from './config.js'
import { connected, isCountersOutage, openCounters, type Purpose } from './counters-store.js'
import { holdLease } from './leader/lease-store.js'
import { ensureGroup, streamOutbox } from './outbox/outbox-store.js'
import { createTrendingReader } from './ranking/trending-reader.js'
import { routes } from './routes.js'
import { createAskCatalog } from './titles/ask-catalog.js'
import { trendingMetrics } from './trending-metrics.js'
import { createHashKey } from './views/view-store.js'

/** A leader is replaced sooner than the platform asks, since lists may be 5 s old at most. */
const leaseTtlMs = 3000

/** What is hot now: counts views, ranks titles, and tells the others. `root` names another set of keys, for tests. */
export function createTrending(config: Config, root?: string) {
  const { limits, INSTANCE: instance } = config
  const log = createLogger('trending', config.LOG_LEVEL)
  const metrics = createMetrics('trending')
  const registry = metrics.withProcessMetrics()
  const closers = createClosers(log)
  const open = (purpose: Purpose) => {
    const opened = openCounters({ url: config.COUNTERS_URL, purpose, log, ...(root ? { root } : {}) })
    closers.onClose(`counters (${purpose})`, opened.close)
    return opened
  }

  const asked = open('request')
  const counters = open('background')
  const catalog = httpClient({
    origin: config.CATALOG_ORIGIN,
    name: 'The catalogue',
    timeoutMs: limits.askOwnerTimeoutMs,
  })
  closers.onClose('catalog', () => catalog.close())
  const kafka = connectKafka({ brokers: config.kafkaBrokers, clientId: instance, log })
  const lease = holdLease({ counters, instance, ttlMs: Math.min(leaseTtlMs, limits.leaseTtlMs), log })
  closers.onClose('lease', () => lease.stop())
  const outbox = streamOutbox({ counters, blocking: open('blocking'), lease })
  const { observePrepare } = trendingMetrics(metrics, { counters, lease })
  const work = createBackground({ counters, kafka, lease, outbox, limits, log, registry, observePrepare })

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
    readiness: { counters: async () => void (await asked.redis.ping()) },
    endpoints: routes({
      counters: asked,
      askCatalog: createAskCatalog(catalog),
      hashKey: createHashKey(asked),
      limits,
      readTrending: createTrendingReader(asked),
    }),
    background: work.background,
  })
  return {
    async start(): Promise<{ port: number }> {
      await connected(counters)
      await ensureGroup(counters)
      await ensureTopics(kafka, [...topicNames])
      return service.listen()
    },
    stop: () => service.stop(),
    idle: work.idle,
  }
}
