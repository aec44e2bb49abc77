import { isOutage, job, type Lease } from '@marquee/postgres'
import type { Background, Logger, Metrics } from '@marquee/service-kit'
import { createStrayAlarm, keepMonths } from '../partitions/keep-months.js'
import type { Pair } from './follow.js'
import { heartbeatAge, writeHeartbeat } from './heartbeat-store.js'
import { createKeeper } from './keep-following.js'

export interface ReplicationBackground extends Pair {
  lease: Lease
  log: Logger
  metrics: Metrics
  heartbeatEveryMs: number
}

const keepEveryMs = 1000
const monthsEveryMs = 60_000
/** An older copy is worth a warning. */
const lateSeconds = 10
const remindEveryMs = 60_000

/** The heartbeat, the watch over the subscription, and the months ahead: what one leader does for both servers. */
export function replicationBackground(options: ReplicationBackground): Background[] {
  const { primary, replica, lease, log, metrics } = options
  const keep = createKeeper(options, log)
  const following = metrics.gauge(
    'marquee_replica_following',
    '1 while the replica takes changes in, 0 while it is stopped, -1 when it cannot be asked; by the leader of the jobs',
  )
  metrics.gauge(
    'marquee_replica_lag_seconds',
    'Age of the newest heartbeat on the replica, -1 when it cannot be asked',
    [],
    async (gauge) => gauge.set(await ageOrDown(options)),
  )
  const warnWhenLate = createLateWarning(options)
  const countStrays = createStrayAlarm(metrics, log)
  const jobs: [name: string, everyMs: number, work: () => Promise<void>][] = [
    ['heartbeat', options.heartbeatEveryMs, () => writeHeartbeat(primary)],
    [
      'replication',
      keepEveryMs,
      async () => {
        const answer = await keep()
        following.set(answer === null ? -1 : Number(answer))
        await warnWhenLate()
      },
    ],
    [
      'months',
      monthsEveryMs,
      async () => {
        await keepMonths({ primary, replica }, new Date(), log)
        await countStrays({ primary, replica })
      },
    ],
  ]
  return jobs.map(([name, everyMs, work]) => job({ name, everyMs, lease, log, work }))
}

async function ageOrDown({ replica }: Pair): Promise<number> {
  try {
    return (await heartbeatAge(replica)) ?? -1
  } catch (error) {
    if (isOutage(error)) return -1
    throw error
  }
}

/** When it begins, and once a minute while it lasts. */
function createLateWarning(options: ReplicationBackground) {
  let toldAt: number | null = null
  return async () => {
    const seconds = await ageOrDown(options)
    if (seconds >= 0 && seconds <= lateSeconds) {
      if (toldAt !== null) options.log.info({ seconds }, 'the replica is up to date again')
      toldAt = null
      return
    }
    if (toldAt !== null && performance.now() - toldAt < remindEveryMs) return
    toldAt = performance.now()
    options.log.warn({ seconds }, seconds < 0 ? 'the replica does not answer' : 'the replica is late')
  }
}
