import { isOutage, type Pool } from '@marquee/postgres'
import { type Failing, readFailing } from './failing.js'
import { type Pair, unready } from './follow.js'
import { readHeartbeat } from './heartbeat-store.js'
import { comparedNames, type PublishedName } from './published.js'
import { daySums, reading, type Sum, total } from './rows-store.js'
import { readSlot, type Slot } from './slot-store.js'
import { readSubscription, type Subscription } from './subscription-store.js'

/** What one server says of itself; `down` is its own words. */
export type Side<T> = ({ up: true } & T) | { up: false; down: string }

interface Common {
  heartbeatAt: Date | null
  /** By its own clock. */
  now: Date
  sums: Partial<Record<PublishedName, Sum>>
}
export type PrimarySide = Side<Common & { slot: Slot | null }>
export type ReplicaSide = Side<Common & { subscription: Subscription | null }>

/**
 * `following` is the only good one; `copying` and `catching up` become it by themselves; `waiting` has no connection to the
 * primary; `stopped` needs healing; `missing` needs setup.
 */
export type FlowState =
  | 'following'
  | 'copying'
  | 'catching up'
  | 'waiting'
  | 'stopped'
  | 'missing'
  | 'unknown'

export interface Status {
  state: FlowState
  primary: PrimarySide
  replica: ReplicaSide
  /** Of a stopped one, as far as it can be told. */
  failing: Failing | null
}

/** Asks both servers at once. One that is down or frozen is told of in its side; nothing is thrown for it. */
export async function readStatus(pair: Pair): Promise<Status> {
  const [primary, replica] = await Promise.all([
    side(async () => ({ ...(await common(pair.primary)), slot: await readSlot(pair.primary, pair.names) })),
    side(async () => ({
      ...(await common(pair.replica)),
      subscription: await readSubscription(pair.replica, pair.names),
    })),
  ])
  const state = flowState(primary, replica)
  const failing = state === 'stopped' && primary.up ? await unlessUnreadable(readFailing(pair)) : null
  return { state, primary, replica, failing }
}

async function side<T extends object>(ask: () => Promise<T>): Promise<Side<T>> {
  try {
    return { up: true, ...(await ask()) }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    // No such database, table or login: not set up is a state as well.
    if (!isOutage(error) && !['3D000', '42P01', '28P01', '28000'].includes(code ?? '')) throw error
    return { up: false, down: message || code || 'it does not answer' }
  }
}

async function common(pool: Pool): Promise<Common> {
  const heartbeatAt = await readHeartbeat(pool)
  const { rows } = await pool.query('SELECT clock_timestamp() AS now')
  const sums: Common['sums'] = {}
  await reading(pool, async (tx) => {
    for (const name of comparedNames) sums[name] = total((await daySums(tx, name)).values())
  })
  return { heartbeatAt, now: rows[0].now, sums }
}

function flowState(primary: PrimarySide, replica: ReplicaSide): FlowState {
  if (!replica.up) return 'unknown'
  const { subscription } = replica
  if (!subscription || (primary.up && !primary.slot)) return 'missing'
  if (!subscription.enabled || (primary.up && primary.slot?.walStatus === 'lost')) return 'stopped'
  if (!primary.up || subscription.worker === null || !primary.slot?.active) return 'waiting'
  const behind = unready(subscription)
  if (behind.length === 0) return 'following'
  return behind.some((name) => subscription.tables[name] !== 'catching up') ? 'copying' : 'catching up'
}

const unlessUnreadable = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (isOutage(error)) return null
    throw error
  })
