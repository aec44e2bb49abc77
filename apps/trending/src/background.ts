import { setTimeout as delay } from 'node:timers/promises'
import { consumerGroups, topicNames } from '@marquee/contracts'
import {
  connectKafka,
  createMessages,
  type Kafka,
  type Outbox,
  startConsumer,
  startRelay,
} from '@marquee/events'
import {
  type Background,
  type createClosers,
  type Logger,
  type Metrics,
  type Registry,
  watchLease,
} from '@marquee/service-kit'
import type { Config } from './config.js'
import { applyContentEvents } from './consumers/content-events.js'
import { type Counters, isCountersOutage, type Purpose } from './counters-store.js'
import { startPreparing, startTelling } from './leader/lead.js'
import { holdLease } from './leader/lease-store.js'
import { streamOutbox } from './outbox/outbox-store.js'
import { trendingMetrics } from './trending-metrics.js'

/** A leader is replaced sooner than the platform asks, since lists may be 5 s old at most. */
const leaseTtlMs = 3000

export interface Surroundings {
  open(purpose: Purpose): Counters
  log: Logger
  metrics: Metrics
  registry: Registry
  closers: ReturnType<typeof createClosers>
  /** Before the names of topics and of the group; keeps a test's apart. */
  topicPrefix: string
}

/** All that goes on beside the requests, and how to tell that nothing of it waits. */
export function createBackground(config: Config, around: Surroundings) {
  const { limits, INSTANCE: instance } = config
  const { open, log, metrics, registry, closers, topicPrefix } = around
  const counters = open('background')
  const kafka = connectKafka({ brokers: config.kafkaBrokers, clientId: instance, log, topicPrefix })
  closers.onClose('kafka', () => kafka.close())
  const lease = holdLease({ counters, instance, ttlMs: Math.min(leaseTtlMs, limits.leaseTtlMs), log })
  closers.onClose('lease', () => lease.stop())
  watchLease(registry, 'trending.leader', () => lease.token() !== null)
  const outbox = streamOutbox({ counters, blocking: open('blocking'), lease })
  const { observePrepare } = trendingMetrics(metrics, counters)

  const messages = trendingMessages(counters, kafka, outbox, around)
  const preparing = part('preparing', () => {
    const { trendingEveryMs: everyMs, trendingLength: length } = limits
    return startPreparing({ counters, lease, log, everyMs, length, observe: observePrepare })
  })
  const telling = part('statistics', () =>
    startTelling({ counters, lease, log, everyMs: limits.statsEveryMs }),
  )
  async function waiting(): Promise<number> {
    const { redis, key } = counters
    const sets = await Promise.all(['changed', 'untold', 'telling'].map((name) => redis.scard(key(name))))
    return sets.reduce((sum, n) => sum + n, 0) + (await outbox.pending())
  }
  return {
    background: [messages.background, preparing, telling],
    /** Resolves once every message was read, every title ranked and told, every event sent. */
    async idle(): Promise<void> {
      await messages.idle()
      while ((await waiting()) > 0) await delay(20)
    },
    readiness: { messages: messages.ready },
  }
}

/** Opened when the port is open, stopped after the last request. */
function part(name: string, open: () => { stop(): Promise<void> }): Background {
  let running: { stop(): Promise<void> } | undefined
  return {
    name,
    start: () => {
      running = open()
    },
    stop: () => running?.stop(),
  }
}

/** Relay and consumer. */
function trendingMessages(
  counters: Counters,
  kafka: Kafka,
  outbox: Outbox,
  { log, registry, topicPrefix }: Surroundings,
) {
  const group = `${topicPrefix}trending`
  const start = () => {
    const batch = applyContentEvents(counters)
    return [
      startRelay({ name: 'trending', kafka, outbox, log, registry }),
      startConsumer({
        kafka,
        group,
        topics: consumerGroups.trending,
        batch,
        isOutage: isCountersOutage,
        log,
        registry,
      }),
    ]
  }
  return createMessages({ kafka, topics: topicNames, log, registry, start })
}
