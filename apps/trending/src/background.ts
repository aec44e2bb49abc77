import { setTimeout as delay } from 'node:timers/promises'
import { topicNames } from '@marquee/contracts'
import {
  connectKafka,
  ensureTopics,
  type Kafka,
  type Outbox,
  startConsumer,
  startRelay,
} from '@marquee/events'
import type { Background, createClosers, Logger, Metrics, Registry } from '@marquee/service-kit'
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
  const { open, log, metrics, closers, topicPrefix } = around
  const counters = open('background')
  const kafka = connectKafka({ brokers: config.kafkaBrokers, clientId: instance, log, topicPrefix })
  closers.onClose('kafka', () => kafka.close())
  const lease = holdLease({ counters, instance, ttlMs: Math.min(leaseTtlMs, limits.leaseTtlMs), log })
  closers.onClose('lease', () => lease.stop())
  const outbox = streamOutbox({ counters, blocking: open('blocking'), lease })
  const { observePrepare } = trendingMetrics(metrics, { counters, lease })

  const messages = createMessages(counters, kafka, outbox, around)
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

/** Relay and consumer. They begin when Kafka has answered, which no request waits for. */
function createMessages(
  counters: Counters,
  kafka: Kafka,
  outbox: Outbox,
  { log, registry, topicPrefix }: Surroundings,
) {
  const group = `${topicPrefix}trending`
  const stopping = new AbortController()
  const running: { stop(): Promise<void>; idle(): Promise<void> }[] = []
  let starting: Promise<void> | undefined

  async function start() {
    if (!(await topicsMade(kafka, log, stopping.signal)) || stopping.signal.aborted) return
    const batch = applyContentEvents(counters)
    running.push(startRelay({ name: 'trending', kafka, outbox, log, registry }))
    running.push(
      startConsumer({ kafka, group, topics: ['content'], batch, isOutage: isCountersOutage, log, registry }),
    )
  }
  const background: Background = {
    name: 'messages',
    start: () => {
      starting = start()
    },
    async stop() {
      // A start that still waits for Kafka opens nothing any more: nobody need wait for it.
      stopping.abort()
      await Promise.all(running.map(({ stop }) => stop()))
    },
  }
  return {
    background,
    async idle() {
      await starting
      await Promise.all(running.map(({ idle }) => idle()))
    },
  }
}

/** False when we were stopped before Kafka answered. */
async function topicsMade(kafka: Kafka, log: Logger, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const { differs } = await ensureTopics(kafka, [...topicNames])
      if (differs.length > 0) log.warn({ topics: differs }, 'topics differ from what we would make')
      return true
    } catch (err) {
      log.warn({ err }, 'Kafka does not answer; trying again')
      await delay(1000, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
