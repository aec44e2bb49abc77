import { setTimeout as delay } from 'node:timers/promises'
import { inboxRetentionMs } from '@marquee/contracts'
import {
  connectKafka,
  ensureTopics,
  type Kafka,
  type ReceivedEvent,
  startConsumer,
  startRelay,
} from '@marquee/events'
import { createLease, isOutage, postgresOutbox, pruneIdempotencyKeys, pruneInbox } from '@marquee/postgres'
import type { Background, createClosers, Logger, Registry } from '@marquee/service-kit'
import type { CatalogConfig } from './config.js'
import type { Catalog } from './context.js'
import { job } from './job.js'
import { publishDue } from './publishing/publish-due.js'
import { figureBatches } from './statistics/apply-figures.js'
import { listingRefresh } from './statistics/refresh-listing.js'

export interface Surroundings {
  log: Logger
  registry: Registry
  closers: ReturnType<typeof createClosers>
  topicPrefix?: string | undefined
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

  const prune = async () => {
    await pruneInbox(pool, inboxRetentionMs)
    await pruneIdempotencyKeys(pool)
  }
  const jobs: [name: string, everyMs: number, work: () => Promise<void>][] = [
    ['publish', publishEveryMs, () => publishDue(catalog)],
    ['listing', limits.listingRefreshEveryMs, listingRefresh(pool, jobsLease)],
    ['prune', pruneEveryMs, prune],
  ]
  const kafka = connectKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: config.INSTANCE,
    log,
    ...(around.topicPrefix && { topicPrefix: around.topicPrefix }),
  })
  closers.onClose('kafka', () => kafka.close())
  const messages = createMessages(catalog, kafka, outbox, around)
  return {
    background: [
      messages.background,
      ...jobs.map(([name, everyMs, work]) => job({ name, everyMs, lease: jobsLease, log, work })),
    ],
    /** Resolves once every fact is sent and every message read. */
    async idle(): Promise<void> {
      await messages.idle()
    },
  }
}

interface Running {
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Relay and consumers. They begin when Kafka has answered, which no request waits for. */
function createMessages(
  catalog: Catalog,
  kafka: Kafka,
  outbox: ReturnType<typeof postgresOutbox>,
  { log, registry }: Surroundings,
) {
  const stopping = new AbortController()
  const figures = figureBatches(catalog)
  const consume = { kafka, isOutage, log, registry }
  const running: Running[] = []
  let starting: Promise<void> | undefined

  const start = async () => {
    if (!(await topicsMade(kafka, log, stopping.signal))) return
    running.push(startRelay({ name: 'catalog', kafka, outbox, log, registry }))
    running.push(
      startConsumer({
        ...consume,
        group: 'catalog-stats',
        topics: ['content.stats'],
        batch: (events) => figures.stats(events.filter(isStats)),
      }),
      startConsumer({
        ...consume,
        group: 'catalog-ratings',
        topics: ['rating'],
        batch: (events) => figures.ratings(events.filter(isRating)),
      }),
    )
    // The writer forgets before it answers; this forgets for one that was killed before it could, and for imports.
    running.push(
      startConsumer({
        ...consume,
        group: 'catalog-cache',
        topics: ['content'],
        batch: (events) =>
          catalog.cache.contents.invalidate([...new Set(events.map(({ subject }) => subject))]),
      }),
    )
  }
  const background: Background = {
    name: 'messages',
    start: () => {
      starting = start()
    },
    async stop() {
      // Not awaited: a question to a Kafka that is down outlasts the time we have.
      stopping.abort()
      await Promise.all(running.map(({ stop }) => stop()))
      await figures.stop()
    },
  }
  return {
    background,
    idle: async () => {
      await starting
      await Promise.all(running.map(({ idle }) => idle()))
    },
  }
}

const isStats = (event: ReceivedEvent): event is ReceivedEvent<'content.stats'> =>
  event.type === 'content.stats'
const isRating = (event: ReceivedEvent): event is ReceivedEvent<'rating.changed'> =>
  event.type === 'rating.changed'

/** False when we were stopped before Kafka answered. */
async function topicsMade(kafka: Kafka, log: Logger, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const { differs } = await ensureTopics(kafka, ['content', 'content.stats', 'episode', 'rating'])
      if (differs.length > 0) log.warn({ topics: differs }, 'topics differ from what we would make')
      return !signal.aborted
    } catch (err) {
      log.warn({ err }, 'Kafka does not answer; trying again')
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
