import { createHash } from 'node:crypto'
import type { z } from '@marquee/contracts'
import { IdempotencyConflict, idempotent, type Tx, transaction } from '@marquee/postgres'
import { ApiError, type Reply } from '@marquee/service-kit'
import type { Catalog } from './context.js'
import type { keyHeader } from './headers.js'

interface Request {
  headers: z.output<typeof keyHeader>
  viewer: { sub: string }
  params: object
  body: unknown
}

/**
 * One transaction around a creation. With an Idempotency-Key its answer is kept in that transaction and given again.
 * @throws ApiError idempotency_key_in_use, idempotency_key_reused
 */
export async function writeOnce(
  { pool, limits }: Catalog,
  operation: string,
  { headers, viewer, params, body }: Request,
  work: (tx: Tx) => Promise<Reply>,
): Promise<Reply> {
  const key = headers['idempotency-key']
  if (key === undefined) return await transaction(pool, work)
  const requestHash = createHash('sha256')
    .update(JSON.stringify([params, body]))
    .digest('hex')
  const request = { scope: `${viewer.sub} ${operation}`, key, requestHash, ttl: limits.idempotencyKeyTtlMs }
  try {
    return await transaction(pool, async (tx) => {
      const { status, headers, body } = await idempotent(tx, request, () => work(tx))
      return { status, headers, body }
    })
  } catch (error) {
    if (error instanceof IdempotencyConflict) throw new ApiError(error.code, `${sentence(error.message)}.`)
    throw error
  }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
