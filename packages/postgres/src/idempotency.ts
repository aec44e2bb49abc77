import type { Pool, Tx } from './pool.js'
import { query, sql } from './statement.js'

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: Buffer | string
}
export interface StoredAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** True when the work had been done by an earlier request with this key. */
  replayed: boolean
}

/** `code` is the problem's: in use 409 (the first is under way), reused 422 (the key came with another request). */
export class IdempotencyConflict extends Error {
  readonly code: 'idempotency_key_in_use' | 'idempotency_key_reused'
  constructor(code: IdempotencyConflict['code']) {
    super(
      code === 'idempotency_key_in_use'
        ? 'a request with this Idempotency-Key is under way'
        : 'this Idempotency-Key was used with another request',
    )
    this.name = 'IdempotencyConflict'
    this.code = code
  }
}

export interface IdempotentRequest {
  /** Principal (else address) and route. */
  scope: string
  key: string
  /** Of everything in the request that matters. */
  requestHash: string
  /** Milliseconds for which the answer is kept. */
  ttl: number
}

const lock = sql('idempotency.lock', 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS got')
const find = sql(
  'idempotency.find',
  'SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = $1 AND key = $2 AND expires_at > now()',
)
const keep = sql(
  'idempotency.keep',
  `INSERT INTO idempotency_keys (scope, key, request_hash, status, headers, body, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond')
   ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
     headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at`,
)
const prune = sql('idempotency.prune', 'DELETE FROM idempotency_keys WHERE expires_at <= now()')

interface Row {
  request_hash: string
  status: number
  headers: Record<string, string>
  body: Buffer
}

/**
 * The work of one key happens once; its answer is kept in the transaction of its effect and given again. Work that throws keeps
 * nothing: the same key may then try again.
 * @throws IdempotencyConflict
 */
export async function idempotent(
  tx: Tx,
  request: IdempotentRequest,
  work: () => Promise<Answer>,
): Promise<StoredAnswer> {
  const { scope, key, requestHash, ttl } = request
  // The lock ends with the transaction, so whoever gets it sees the answer of the one before.
  const [lockRow] = await query<{ got: boolean }>(tx, lock, [JSON.stringify([scope, key])])
  if (!lockRow?.got) throw new IdempotencyConflict('idempotency_key_in_use')
  const [stored] = await query<Row>(tx, find, [scope, key])
  if (stored && stored.request_hash !== requestHash) throw new IdempotencyConflict('idempotency_key_reused')
  if (stored) return { status: stored.status, headers: stored.headers, body: stored.body, replayed: true }
  const { status, headers = {}, body = '' } = await work()
  const bytes = Buffer.from(body as string)
  await query(tx, keep, [scope, key, requestHash, status, JSON.stringify(headers), bytes, ttl])
  return { status, headers, body: bytes, replayed: false }
}

/** Forgets answers whose time is over. */
export async function pruneIdempotencyKeys(pool: Pool): Promise<void> {
  await query(pool, prune)
}
