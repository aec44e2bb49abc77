import { setTimeout as delay } from 'node:timers/promises'
import type { Log, Pool, Tx } from './pool.js'
import { query, sql } from './statement.js'

// One row per leader's post. Taking over raises the epoch; renewing does not.
const acquire = sql(
  'lease.acquire',
  `INSERT INTO leases (name, holder, epoch, expires_at) VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond')
   ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, expires_at = excluded.expires_at
   WHERE leases.expires_at <= now()
   RETURNING epoch`,
)
const renew = sql(
  'lease.renew',
  `UPDATE leases SET expires_at = now() + $3 * interval '1 millisecond' WHERE name = $1 AND epoch = $2 RETURNING epoch`,
)
const free = sql('lease.release', 'UPDATE leases SET expires_at = now() WHERE name = $1 AND epoch = $2')
const lock = sql('lease.guard', 'SELECT epoch FROM leases WHERE name = $1 AND epoch = $2 FOR UPDATE')

export interface Lease {
  readonly name: string
  /** The epoch while we lead, else null. A process that was frozen past its lease sees null as soon as it thaws. */
  epoch(): number | null
  /**
   * True if `epoch` (default: ours of now) still leads; its row stays locked to the end of the transaction, so nobody takes over
   * before what the transaction writes is visible. False: the transaction must write nothing.
   */
  guard(tx: Tx, epoch?: number | null): Promise<boolean>
  /** Gives the post up soon and seeks it no more for `ms`, so that another process gets it, if there is one. */
  standAside(ms: number): void
  /** Stops seeking, and gives the post up so that the next leader need not wait. */
  release(): Promise<void>
}

export interface LeaseOptions {
  /** Life of the lease without renewal; a dead or frozen leader is replaced after this and at most 1 s. */
  ttlMs?: number
  log?: Log
}

interface State {
  epoch: number | null
  /** Of our own monotonic clock, counted from before the request: never later than the server's. */
  validUntil: number
  /** Asked to stand aside, for so long. */
  asideMs: number | undefined
  stopping: AbortController
}

/** Seeks and keeps the post `name` until released. Errors of the store only end our lease; seeking goes on. */
export function createLease(
  pool: Pool,
  name: string,
  holder: string,
  { ttlMs = 6000, log }: LeaseOptions = {},
): Lease {
  const state: State = { epoch: null, validUntil: 0, asideMs: undefined, stopping: new AbortController() }
  const loop = seek(pool, name, holder, ttlMs, state, log)
  const leading = () => state.asideMs === undefined && performance.now() < state.validUntil
  const epoch = () => (leading() ? state.epoch : null)
  return {
    name,
    epoch,
    async guard(tx, expected = epoch()) {
      if (expected === null) return false
      return (await query(tx, lock, [name, expected])).length === 1
    },
    standAside(ms) {
      state.asideMs = ms
    },
    async release() {
      state.stopping.abort()
      await loop
      await leave(pool, name, state)
    },
  }
}

async function seek(
  pool: Pool,
  name: string,
  holder: string,
  ttlMs: number,
  state: State,
  log?: Log,
): Promise<void> {
  const { signal } = state.stopping
  while (!signal.aborted) {
    const { epoch: before, asideMs } = state
    try {
      if (asideMs === undefined) await step(pool, name, holder, ttlMs, state)
      else await leave(pool, name, state)
    } catch (error) {
      log?.warn({ err: error, lease: name }, 'lease not renewed')
    }
    if (state.epoch !== before) log?.info({ lease: name, epoch: state.epoch }, 'lease changed')
    const wait = asideMs ?? (state.epoch === null ? Math.min(1000, ttlMs / 6) : ttlMs / 3)
    await delay(wait * (0.8 + Math.random() * 0.2), undefined, { signal }).catch(() => {})
  }
}

async function leave(pool: Pool, name: string, state: State): Promise<void> {
  const last = state.epoch
  state.epoch = null
  state.asideMs = undefined
  if (last !== null) await query(pool, free, [name, last])
}

async function step(pool: Pool, name: string, holder: string, ttlMs: number, state: State): Promise<void> {
  const asked = performance.now()
  const rows =
    state.epoch === null
      ? await query<{ epoch: number }>(pool, acquire, [name, holder, ttlMs])
      : await query<{ epoch: number }>(pool, renew, [name, state.epoch, ttlMs])
  state.epoch = rows[0]?.epoch ?? null
  state.validUntil = asked + ttlMs
}
