import { type ConsumerGroup, consumerGroups, inboxRetentionMs } from '@marquee/contracts'
import {
  type ConsumerOptions,
  connectKafka,
  createMessages,
  type Kafka,
  startConsumer,
} from '@marquee/events'
import { createLease, createPool, isOutage, job, pruneIdempotencyKeys, pruneInbox } from '@marquee/postgres'
import {
  type createClosers,
  type Logger,
  type Metrics,
  type Registry,
  watchLease,
} from '@marquee/service-kit'
import { applyAnalyticsEvents } from './analytics/apply-analytics-events.js'
import { pruneDayViewers } from './analytics/views-store.js'
import type { UserHistoryConfig } from './config.js'
import type { UserHistory } from './context.js'
import { sweepSessions } from './plays/sweep-sessions.js'
import { replicationNames } from './replication/names.js'
import { replicationBackground } from './replication/replication-background.js'
import { applyTitleEvents } from './titles/apply-title-events.js'
import { countAired } from './titles/news-store.js'
import { applyReviewEvents } from './users/apply-review-events.js'

export interface Surroundings {
  log: Logger
  metrics: Metrics
  registry: Registry
  closers: ReturnType<typeof createClosers>
  topicPrefix?: string | undefined
}

const pruneEveryMs = 3_600_000
/** Lists look at what has aired themselves; this only keeps them from doing it again and again. */
const airingEveryMs = 60_000

interface Consumer {
  group: ConsumerGroup
  batch: ConsumerOptions['batch']
}

/** Who reads what. Each group has its own place in its topics. */
const consumers = ({ primary }: UserHistory): Consumer[] => [
  { group: 'user-history-titles', batch: applyTitleEvents(primary) },
  { group: 'user-history-people', batch: applyReviewEvents(primary) },
  { group: 'user-history-analytics', batch: applyAnalyticsEvents(primary) },
]

/** What goes on beside the requests: the jobs under a lease, and the consumers. */
export function createBackground(userHistory: UserHistory, config: UserHistoryConfig, around: Surroundings) {
  const { primary, replica, limits } = userHistory
  const { log, metrics, registry, closers } = around
  // Requests that wait for the store must not make a leader lose its lease.
  const own = createPool({
    url: config.DATABASE_URL,
    name: 'user-history',
    max: 1,
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
    ['airing', airingEveryMs, async () => void (await countAired(primary))],
  ]
  const kafka = connectKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: config.INSTANCE,
    log,
    ...(around.topicPrefix && { topicPrefix: around.topicPrefix }),
  })
  closers.onClose('kafka', () => kafka.close())
  const messages = userHistoryMessages(consumers(userHistory), kafka, around)
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
    readiness: { messages: messages.ready },
  }
}

function userHistoryMessages(wanted: Consumer[], kafka: Kafka, { log, registry }: Surroundings) {
  return createMessages({
    kafka,
    topics: [...new Set(wanted.flatMap(({ group }) => consumerGroups[group]))],
    log,
    registry,
    start: () =>
      wanted.map(({ group, batch }) =>
        startConsumer({ kafka, group, topics: consumerGroups[group], batch, isOutage, log, registry }),
      ),
  })
}
