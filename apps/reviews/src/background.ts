import { setTimeout as delay } from 'node:timers/promises'
import {
  connectKafka,
  ensureTopics,
  type Kafka,
  type Outbox,
  startConsumer,
  startRelay,
} from '@marquee/events'
import type { Background, createClosers, Logger, Registry } from '@marquee/service-kit'
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

const retryMs = 1000

/** What goes on beside the requests: the relay under its lease, and the consumer that keeps the copy of titles. */
export function createBackground(database: Database, config: ReviewsConfig, around: Surroundings) {
  const { log, closers, topicPrefix } = around
  const instance = config.INSTANCE
  const lease = holdLease({ database, name: 'relay', instance, ttlMs: config.limits.leaseTtlMs, log })
  closers.onClose('lease', () => lease.stop())
  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: instance, log, topicPrefix })
  closers.onClose('kafka', () => kafka.close())
  const messages = createMessages(database, kafka, mongoOutbox(database, lease), around)
  return { background: [messages.background], idle: messages.idle }
}

interface Running {
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Relay and consumer. They begin when Kafka has answered, which no request waits for. */
function createMessages(
  database: Database,
  kafka: Kafka,
  outbox: Outbox,
  { log, registry, topicPrefix }: Surroundings,
) {
  const stopping = new AbortController()
  const running: Running[] = []
  let starting: Promise<void> | undefined

  async function start() {
    if (!(await topicsMade(kafka, log, stopping.signal))) return
    running.push(startRelay({ name: 'reviews', kafka, outbox, log, registry }))
    const batch = applyContentEvents(database)
    const group = `${topicPrefix}reviews`
    running.push(startConsumer({ kafka, group, topics: ['content'], batch, isOutage, log, registry }))
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
    },
  }
  return {
    background,
    /** Resolves once every fact is sent and every message read. */
    async idle(): Promise<void> {
      await starting
      await Promise.all(running.map(({ idle }) => idle()))
    },
  }
}

/** False when we were stopped before Kafka answered. */
async function topicsMade(kafka: Kafka, log: Logger, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const { differs } = await ensureTopics(kafka, ['content', 'review', 'rating'])
      if (differs.length > 0) log.warn({ topics: differs }, 'topics differ from what we would make')
      return !signal.aborted
    } catch (err) {
      log.warn({ err }, 'Kafka does not answer; trying again')
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
