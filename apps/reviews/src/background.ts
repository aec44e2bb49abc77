import { consumerGroups } from '@marquee/contracts'
import {
  connectKafka,
  createMessages,
  type Kafka,
  type Outbox,
  startConsumer,
  startRelay,
} from '@marquee/events'
import { type createClosers, type Logger, type Registry, watchLease } from '@marquee/service-kit'
import type { ReviewsConfig } from './config.js'
import type { Database } from './database-store.js'
import { holdLease } from './leader/lease-store.js'
import { isOutage } from './outage.js'
import { mongoOutbox } from './outbox/outbox-store.js'
import { applyContentEvents } from './titles/content-events.js'

export interface Surroundings {
  log: Logger
  registry: Registry
  closers: ReturnType<typeof createClosers>
  /** Before the names of topics and of the group; keeps a test's apart. */
  topicPrefix: string
}

/** What goes on beside the requests: the relay under its lease, and the consumer that keeps the copy of titles. */
export function createBackground(database: Database, config: ReviewsConfig, around: Surroundings) {
  const { log, registry, closers, topicPrefix } = around
  const instance = config.INSTANCE
  const lease = holdLease({ database, name: 'relay', instance, ttlMs: config.limits.leaseTtlMs, log })
  closers.onClose('lease', () => lease.stop())
  watchLease(registry, 'reviews.relay', () => lease.epoch() !== null)
  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: instance, log, topicPrefix })
  closers.onClose('kafka', () => kafka.close())
  const messages = reviewsMessages(database, kafka, mongoOutbox(database, lease), around)
  return {
    background: [messages.background],
    idle: messages.idle,
    readiness: { messages: messages.ready },
  }
}

/** Relay and consumer. */
function reviewsMessages(
  database: Database,
  kafka: Kafka,
  outbox: Outbox,
  { log, registry, topicPrefix }: Surroundings,
) {
  const group = `${topicPrefix}reviews`
  const start = () => {
    const batch = applyContentEvents(database)
    return [
      startRelay({ name: 'reviews', kafka, outbox, log, registry }),
      startConsumer({ kafka, group, topics: consumerGroups.reviews, batch, isOutage, log, registry }),
    ]
  }
  return createMessages({ kafka, topics: ['content', 'review', 'rating'], log, registry, start })
}
