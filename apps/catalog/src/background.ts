import { consumerGroups, inboxRetentionMs } from '@marquee/contracts'
import {
  connectKafka,
  createMessages,
  droppedStates,
  type Kafka,
  type ReceivedEvent,
  startConsumer,
  startRelay,
} from '@marquee/events'
import {
  createLease,
  createPool,
  isOutage,
  job,
  postgresOutbox,
  pruneIdempotencyKeys,
  pruneInbox,
} from '@marquee/postgres'
import { type createClosers, type Logger, type Registry, watchLease } from '@marquee/service-kit'
import type { CatalogConfig } from './config.js'
import type { Catalog } from './context.js'
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
const ownConnections = 2

/** What goes on beside the requests: the relay and the jobs under a lease each, and the consumers. */
export function createBackground(catalog: Catalog, config: CatalogConfig, around: Surroundings) {
  const { pool, limits } = catalog
  const { log, registry, closers } = around
  // Requests that wait for the store must not make a leader lose its lease, nor keep facts from Kafka.
  const own = createPool({
    url: config.DATABASE_URL,
    name: 'catalog',
    max: ownConnections,
    queryTimeoutMs: limits.storeTimeoutMs,
    log,
  })
  closers.onClose('database of the leader', () => own.end())
  const lease = (name: string) => {
    const opened = createLease(own, name, config.INSTANCE, { ttlMs: limits.leaseTtlMs, log })
    closers.onClose(`lease ${name}`, () => opened.release())
    watchLease(registry, name, () => opened.epoch() !== null)
    return opened
  }
  const jobsLease = lease('catalog.jobs')
  const outbox = postgresOutbox(own, lease('catalog.relay'))

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
  const messages = catalogMessages(catalog, kafka, outbox, around)
  return {
    background: [
      messages.background,
      ...jobs.map(([name, everyMs, work]) => job({ name, everyMs, lease: jobsLease, log, work })),
    ],
    /** Resolves once every fact is sent and every message read. */
    async idle(): Promise<void> {
      await messages.idle()
    },
    readiness: { messages: messages.ready },
  }
}

/** Relay and consumers. */
function catalogMessages(
  catalog: Catalog,
  kafka: Kafka,
  outbox: ReturnType<typeof postgresOutbox>,
  { log, registry }: Surroundings,
) {
  const figures = figureBatches(catalog)
  const consume = { kafka, isOutage, log, registry }
  const start = () => [
    startRelay({ name: 'catalog', kafka, outbox, log, registry }),
    startConsumer({
      ...consume,
      group: 'catalog-stats',
      topics: consumerGroups['catalog-stats'],
      async batch(events, { duplicate }) {
        const told = events.filter(isStats)
        duplicate(droppedStates(told, await figures.stats(told)))
      },
    }),
    startConsumer({
      ...consume,
      group: 'catalog-ratings',
      topics: consumerGroups['catalog-ratings'],
      async batch(events, { duplicate }) {
        const told = events.filter(isRating)
        duplicate(droppedStates(told, await figures.ratings(told)))
      },
    }),
    // The writer forgets before it answers; this forgets for one that was killed before it could, and for imports.
    startConsumer({
      ...consume,
      group: 'catalog-cache',
      topics: consumerGroups['catalog-cache'],
      batch: (events) =>
        catalog.cache.contents.invalidate([...new Set(events.map(({ subject }) => subject))]),
    }),
  ]
  return createMessages({
    kafka,
    topics: ['content', 'content.stats', 'episode', 'rating'],
    log,
    registry,
    start,
    stop: () => figures.stop(),
  })
}

const isStats = (event: ReceivedEvent): event is ReceivedEvent<'content.stats'> =>
  event.type === 'content.stats'
const isRating = (event: ReceivedEvent): event is ReceivedEvent<'rating.changed'> =>
  event.type === 'rating.changed'
