import { type connectKafka, startConsumer, startRelay } from '@marquee/events'
import type { Background, Logger, Registry } from '@marquee/service-kit'
import type { Config } from './config.js'
import { applyContentEvents } from './consumers/content-events.js'
import { type Counters, isCountersOutage } from './counters-store.js'
import { startPreparing, startTelling } from './leader/lead.js'
import type { Lease } from './leader/lease-store.js'
import type { streamOutbox } from './outbox/outbox-store.js'

export interface BackgroundNeeds {
  counters: Counters
  kafka: ReturnType<typeof connectKafka>
  lease: Lease
  outbox: ReturnType<typeof streamOutbox>
  limits: Config['limits']
  log: Logger
  registry: Registry
  observePrepare(seconds: number): void
}

/** Opened when the port is open, stopped after the last request. */
function part<T extends { stop(): Promise<unknown> }>(name: string, open: () => T) {
  let running: T | undefined
  const background: Background = {
    name,
    start: () => {
      running = open()
    },
    stop: () => running?.stop(),
  }
  return { background, running: () => running }
}

/** All that goes on beside the requests, and how to tell that nothing of it waits. */
export function createBackground(needs: BackgroundNeeds) {
  const { counters, kafka, outbox, limits, log, registry } = needs
  const relay = part('relay', () => startRelay({ name: 'trending', kafka, outbox, log, registry }))
  const consumer = part('content events', () =>
    startConsumer({
      kafka,
      group: 'trending',
      topics: ['content'],
      batch: applyContentEvents(counters),
      isOutage: isCountersOutage,
      log,
      registry,
    }),
  )
  const preparing = part('preparing', () => {
    const { trendingEveryMs: everyMs, trendingLength: length } = limits
    return startPreparing({ ...needs, everyMs, length, observe: needs.observePrepare })
  })
  const telling = part('statistics', () => startTelling({ ...needs, everyMs: limits.statsEveryMs }))

  async function waiting(): Promise<number> {
    const { redis, key } = counters
    const sets = await Promise.all(['changed', 'untold', 'telling'].map((name) => redis.scard(key(name))))
    return sets.reduce((sum, n) => sum + n, 0) + (await outbox.pending())
  }
  return {
    background: [relay, consumer, preparing, telling].map(({ background }) => background),
    /** Resolves once every message was read, every title ranked and told, every event sent. */
    async idle(): Promise<void> {
      await consumer.running()?.idle()
      while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    },
  }
}
