import { createHash } from 'node:crypto'
import { IdempotencyConflict, idempotent, type Pool, type Tx } from '@marquee/postgres'
import { ApiError, type Reply } from '@marquee/service-kit'
import { transactionAgain } from './transaction-again.js'

export interface OnceRequest {
  /** The Idempotency-Key. */
  key: string
  /** Principal and route. */
  scope: string
  body: unknown
  /** Milliseconds for which the answer is kept. */
  ttlMs: number
}

/**
 * One transaction around what a key asks for; its answer is kept in that transaction and given again.
 * @throws ApiError idempotency_key_in_use, idempotency_key_reused
 */
export async function writeOnce(
  pool: Pool,
  { key, scope, body, ttlMs }: OnceRequest,
  work: (tx: Tx) => Promise<Reply>,
): Promise<Reply> {
  const requestHash = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  try {
    return await transactionAgain(pool, async (tx) => {
      const answer = await idempotent(tx, { scope, key, requestHash, ttl: ttlMs }, () => work(tx))
      return { status: answer.status, headers: answer.headers, body: answer.body }
    })
  } catch (error) {
    if (!(error instanceof IdempotencyConflict)) throw error
    throw new ApiError(error.code, `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`)
  }
}
