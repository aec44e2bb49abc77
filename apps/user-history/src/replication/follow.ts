import { setTimeout as delay } from 'node:timers/promises'
import { isOutage, type Pool } from '@marquee/postgres'
import { markPosition } from './heartbeat-store.js'
import type { ReplicationNames } from './names.js'
import { type PublishedName, publishedNames } from './published.js'
import { NotNow, Refused } from './refused.js'
import { lag, readSubscription, type Subscription } from './subscription-store.js'

export interface Pair {
  primary: Pool
  replica: Pool
  names: ReplicationNames
}

/** Called with what is being waited for, a few times a second; the same words may come again. */
export type Tell = (words: string) => void

export interface Patience {
  timeoutMs: number
  /** Of a stopped subscription, which user-history starts again where only the connection broke. */
  stoppedMs?: number
  tell: Tell
}

const lookEveryMs = 50
const stopped = 'stopped; waiting for it to be started again'

/**
 * Waits until the replica has every table and everything that the primary had committed when this was called.
 * @throws Refused when replication is stopped, NotNow when the time is up
 */
export async function untilReplayed(
  pair: Pair,
  { timeoutMs, stoppedMs = 10_000, tell }: Patience,
): Promise<void> {
  const until = performance.now() + timeoutMs
  const position = await markPosition(pair.primary)
  let goingAt = performance.now()
  for (;;) {
    const words = await stillMissing(pair, position)
    if (words === null) return
    tell(words)
    if (words !== stopped) goingAt = performance.now()
    else if (performance.now() - goingAt > stoppedMs)
      throw new Refused(
        'Replication is stopped: the subscription is disabled. `replication status` says why and how to heal it.',
      )
    if (performance.now() > until)
      throw new NotNow(
        `Waited ${Math.round(timeoutMs / 1000)} s, and the replica is still behind: ${words}. It goes on by itself; ` +
          'see how far it is with `replication status`, and run this again, with a longer --timeout where there is much to copy.',
      )
    await delay(lookEveryMs)
  }
}

/** Null when nothing is. */
async function stillMissing({ replica, names }: Pair, position: string): Promise<string | null> {
  try {
    const subscription = await readSubscription(replica, names)
    if (!subscription) throw new Refused('The replica has no subscription. Run `replication setup`.')
    if (!subscription.enabled) return stopped
    const tables = unready(subscription)
    if (tables.length > 0) return await copyingWords(replica, subscription, tables)
    const bytes = await lag(replica, names, position)
    if (bytes === null || bytes > 0) {
      const behind = bytes === null ? 'nothing taken in yet' : `${bytes} bytes of the log to take in`
      return subscription.worker === null ? `not connected to the primary, ${behind}` : behind
    }
    return null
  } catch (error) {
    if (isOutage(error)) return `the replica does not answer (${(error as Error).message})`
    throw error
  }
}

/** Published tables that the replica does not follow yet. */
export const unready = ({ tables }: Subscription): PublishedName[] =>
  publishedNames.filter((name) => tables[name] !== 'following')

async function copyingWords(
  replica: Pool,
  { tables }: Subscription,
  names: PublishedName[],
): Promise<string> {
  const { rows } = await replica.query(
    'SELECT relid::regclass::text AS name, tuples_processed AS rows FROM pg_stat_progress_copy WHERE datname = current_database()',
  )
  const counts = new Map(rows.map(({ name, rows: count }) => [name, count]))
  const one = (name: PublishedName) => {
    const count = counts.get(name)
    return `${name} ${tables[name] ?? 'waiting'}${count === undefined ? '' : ` (${count} rows so far)`}`
  }
  return names.map(one).join(', ')
}
