import { setTimeout as delay } from 'node:timers/promises'
import { inboxRetentionMs, type TopicName } from '@marquee/contracts'
import { type ConsumerOptions, connectKafka, ensureTopics, type Kafka, startConsumer } from '@marquee/events'
import { createLease, isOutage, pruneIdempotencyKeys, pruneInbox } from '@marquee/postgres'
import type { Background, createClosers, Logger, Metrics, Registry } from '@marquee/service-kit'
import { analyticsTopics, applyAnalyticsEvents } from './analytics/apply-analytics-events.js'
import { pruneDayViewers } from './analytics/views-store.js'
import type { UserHistoryConfig } from './config.js'
import type { UserHistory } from './context.js'
import { job } from './job.js'
import { sweepSessions } from './plays/sweep-sessions.js'
import { replicationNames } from './replication/names.js'
import { replicationBackground } from './replication/replication-background.js'
import { applyTitleEvents, titleTopics } from './titles/apply-title-events.js'
import { applyReviewEvents } from './users/apply-review-events.js'

export interface Surroundings {
  log: Logger
  metrics: Metrics
  registry: Registry
  closers: ReturnType<typeof createClosers>
  topicPrefix?: string | undefined
}

const pruneEveryMs = 3_600_000
const retryMs = 1000

interface Consumer {
  group: string
  topics: TopicName[]
  batch: NonNullable<ConsumerOptions['batch']>
}

/** Who reads what. Each group has its own place in its topics. */
const consumers = ({ primary }: UserHistory): Consumer[] => [
  { group: 'user-history-titles', topics: [...titleTopics], batch: applyTitleEvents(primary) },
  { group: 'user-history-people', topics: ['review'], batch: applyReviewEvents(primary) },
  {
    group: 'user-history-analytics',
    topics: [...analyticsTopics],
    batch: applyAnalyticsEvents(primary),
  },
]

/** What goes on beside the requests: the jobs under a lease, and the consumers. */
export function createBackground(userHistory: UserHistory, config: UserHistoryConfig, around: Surroundings) {
  const { primary, replica, limits } = userHistory
  const { log, metrics, closers } = around
  const lease = (name: string) => {
    const opened = createLease(primary, name, config.INSTANCE, { ttlMs: limits.leaseTtlMs, log })
    closers.onClose(`lease ${name}`, () => opened.release())
    return opened
  }
  const jobsLease = lease('user-history.jobs')

  const prune = async () => {
    await pruneInbox(primary, inboxRetentionMs)
    await pruneIdempotencyKeys(primary)
    await pruneDayViewers(primary)
  }
  const { sessionIdleMs: idleMs, sessionSweepEveryMs: quietMs } = limits
  const sweep = async () => {
    const closed = await sweepSessions({ primary, lease: jobsLease, log, idleMs, quietMs })
    if (closed > 0) log.info({ closed }, 'idle sessions became plays')
  }
  const jobs: [name: string, everyMs: number, work: () => Promise<void>][] = [
    ['sweep', limits.sessionSweepEveryMs, sweep],
    ['prune', pruneEveryMs, prune],
  ]
  const kafka = connectKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: config.INSTANCE,
    log,
    ...(around.topicPrefix && { topicPrefix: around.topicPrefix }),
  })
  closers.onClose('kafka', () => kafka.close())
  const messages = createMessages(consumers(userHistory), kafka, around)
  return {
    background: [
      messages.background,
      ...jobs.map(([name, everyMs, work]) => job({ name, everyMs, lease: jobsLease, log, work })),
      ...replicationBackground({
        ...{ primary, replica, names: replicationNames, lease: jobsLease, log, metrics },
        heartbeatEveryMs: limits.heartbeatEveryMs,
      }),
    ],
    /** Resolves once every message is read. */
    idle: messages.idle,
  }
}

/** The consumers. They begin when Kafka has answered, which no request waits for. */
function createMessages(wanted: Consumer[], kafka: Kafka, { log, registry }: Surroundings) {
  const stopping = new AbortController()
  const running: { stop(): Promise<void>; idle(): Promise<void> }[] = []
  let starting: Promise<void> | undefined

  const start = async () => {
    const topics = [...new Set(wanted.flatMap((consumer) => consumer.topics))]
    if (!(await topicsMade(kafka, topics, log, stopping.signal))) return
    for (const consumer of wanted)
      running.push(startConsumer({ ...consumer, kafka, isOutage, log, registry }))
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
    async idle() {
      await starting
      await Promise.all(running.map(({ idle }) => idle()))
    },
  }
}

/** False when we were stopped before Kafka answered. */
async function topicsMade(kafka: Kafka, topics: TopicName[], log: Logger, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const { differs } = await ensureTopics(kafka, topics)
      if (differs.length > 0) log.warn({ topics: differs }, 'topics differ from what we would make')
      return !signal.aborted
    } catch (err) {
      log.warn({ err }, 'Kafka does not answer; trying again')
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
