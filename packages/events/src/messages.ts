import { setTimeout as delay } from 'node:timers/promises'
import type { TopicName } from '@marquee/contracts'
import type { Registry } from 'prom-client'
import type { Kafka } from './handle.js'
import { topicMetrics } from './metrics.js'
import type { Log } from './waiting.js'

/** A relay or a consumer. */
interface Running {
  idle(): Promise<void>
  stop(): Promise<void>
  /** @throws when it cannot do its work and does not come round by itself */
  ready?(): void
}

export interface MessagesOptions {
  kafka: Kafka
  /** What the relays and consumers need; made where it is missing. */
  topics: readonly TopicName[]
  log: Log
  registry: Registry
  /** Starts the relays and consumers; called once, when Kafka has answered, and never after a stop. */
  start(): Running[]
  /** What else ends with them, after them. */
  stop?(): Promise<void>
}

const retryMs = 1000

/**
 * Relays and consumers of an app as one part of its background. They begin when Kafka has answered, which no request waits for.
 * `idle` resolves once every fact is sent and every message read.
 */
export function createMessages(options: MessagesOptions) {
  const { start, stop } = options
  const stopping = new AbortController()
  let running: Running[] = []
  let starting: Promise<void> | undefined

  const begin = async () => {
    if (await topicsMade(options, stopping.signal)) running = start()
  }
  return {
    background: {
      name: 'messages',
      start: () => {
        starting = begin()
      },
      async stop() {
        // Not awaited: a question to a Kafka that is down outlasts the time we have.
        stopping.abort()
        await Promise.all(running.map((one) => one.stop()))
        await stop?.()
      },
    },
    async idle(): Promise<void> {
      await starting
      await Promise.all(running.map((one) => one.idle()))
    },
    /** For the app's readiness. Kafka that is down is no reason: no request needs it. @throws when a consumer was rebuilt in vain */
    async ready(): Promise<void> {
      for (const one of running) one.ready?.()
    },
  }
}

/** False when we were stopped before Kafka answered. */
async function topicsMade({ kafka, topics, log, registry }: MessagesOptions, signal: AbortSignal) {
  const metrics = topicMetrics(registry)
  while (!signal.aborted) {
    try {
      const { differs, topics: found } = await kafka.ensure([...topics])
      for (const one of found) metrics.differs.set({ topic: one.topic }, one.differs.length)
      if (differs.length > 0) log.warn({ topics: differs }, 'topics differ from what we would make')
      return !signal.aborted
    } catch (err) {
      log.warn({ err }, 'Kafka does not answer; trying again')
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
