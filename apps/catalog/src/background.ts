import { setTimeout as delay } from 'node:timers/promises'
import { type EventData, inboxRetentionMs } from '@marquee/contracts'
import { connectKafka, ensureTopics, startConsumer, startRelay } from '@marquee/events'
import { createLease, isOutage, postgresOutbox, pruneIdempotencyKeys, pruneInbox } from '@marquee/postgres'
import type { Background, createClosers, Logger, Registry } from '@marquee/service-kit'
import type { CatalogConfig } from './config.js'
import type { Catalog } from './context.js'
import { job } from './job.js'
import { publishDue } from './publishing/publish-due.js'
import { contentStatsBatch } from './statistics/apply-content-stats.js'
import { listingRefresh } from './statistics/refresh-listing.js'

export interface Surroundings {
  log: Logger
  registry: Registry
  closers: ReturnType<typeof createClosers>
}

const publishEveryMs = 2000
const pruneEveryMs = 3_600_000
const retryMs = 1000

/** What goes on beside the requests: the relay and the jobs under a lease each, and the consumers. */
export function createBackground(catalog: Catalog, config: CatalogConfig, around: Surroundings) {
  const { pool, limits } = catalog
  const { log, closers } = around
  const lease = (name: string) => {
    const opened = createLease(pool, name, config.INSTANCE, { ttlMs: limits.leaseTtlMs, log })
    closers.onClose(`lease ${name}`, () => opened.release())
    return opened
  }
  const jobsLease = lease('catalog.jobs')
  const outbox = postgresOutbox(pool, lease('catalog.relay'))
  closers.onClose('outbox', () => outbox.close())

  const prune = async () => {
    await outbox.prune()
    await pruneInbox(pool, inboxRetentionMs)
    await pruneIdempotencyKeys(pool)
  }
  const jobs: [name: string, everyMs: number, work: () => Promise<void>][] = [
    ['publish', publishEveryMs, () => publishDue(catalog)],
    ['listing', limits.listingRefreshEveryMs, listingRefresh(pool, jobsLease)],
    ['prune', pruneEveryMs, prune],
  ]
  const messages = createMessages(catalog, config, outbox, around)
  return {
    background: [
      messages.background,
      ...jobs.map(([name, everyMs, work]) => job({ name, everyMs, lease: jobsLease, log, work })),
    ],
    /** Resolves once every fact is sent and every message read. */
    async idle(): Promise<void> {
      await messages.idle()
      while ((await outbox.pending()) > 0) await delay(20)
    },
  }
}

interface Running {
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Relay and consumers. They start when Kafka answers, which no request waits for. */
function createMessages(
  catalog: Catalog,
  config: CatalogConfig,
  outbox: ReturnType<typeof postgresOutbox>,
  { log, registry }: Surroundings,
) {
  const stopping = new AbortController()
  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: config.INSTANCE, log })
  const stats = contentStatsBatch(catalog)
  const running: Running[] = []
  let starting: Promise<void> | undefined

  const start = async () => {
    while (!stopping.signal.aborted) {
      try {
        await ensureTopics(kafka, ['content', 'content.stats'])
        break
      } catch (err) {
        log.warn({ err }, 'Kafka does not answer; trying again')
        await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
    if (stopping.signal.aborted) return
    running.push(startRelay({ name: 'catalog', kafka, outbox, log, registry }))
    running.push(
      startConsumer({
        kafka,
        group: 'catalog-stats',
        topics: ['content.stats'],
        batch: (events) =>
          stats.apply(
            events.map(({ subjectVersion, data }) => ({
              subjectVersion,
              data: data as EventData<'content.stats'>,
            })),
          ),
        isOutage,
        log,
        registry,
      }),
    )
    running.push(startForgetting(catalog, kafka, log, registry))
  }
  const background: Background = {
    name: 'messages',
    start: () => {
      starting = start()
    },
    async stop() {
      stopping.abort()
      await starting
      for (const { stop } of running) await stop()
      await stats.stop()
    },
  }
  return {
    background,
    idle: async () => {
      await Promise.all(running.map(({ idle }) => idle()))
    },
  }
}

/** The writer drops cached titles before it answers; this drops them for a writer that was killed before it could, and for imports. */
const startForgetting = (
  { cache }: Catalog,
  kafka: ReturnType<typeof connectKafka>,
  log: Logger,
  registry: Registry,
): Running =>
  startConsumer({
    kafka,
    group: 'catalog-cache',
    topics: ['content'],
    batch: (events) => cache.contents.invalidate([...new Set(events.map(({ subject }) => subject))]),
    isOutage,
    log,
    registry,
  })
