import { createHash } from 'node:crypto'
import { ApiError, type Reply } from '@marquee/service-kit'
import { KeyTaken, keepAnswer, keptAnswer } from './answers-store.js'
import type { Reviews } from './context.js'
import type { Tx } from './database-store.js'
import { transaction } from './transaction-store.js'

export interface Asked {
  /** The Idempotency-Key, if there is one. */
  key: string | undefined
  /** Who asks: keys of different people have nothing to do with each other. */
  by: string
  /** Everything in the request that matters. */
  body: object
}

/**
 * One transaction around the posting of a review of this title, whose answer is known before. With an Idempotency-Key the answer is
 * kept in that transaction and given again; work that fails keeps nothing.
 * @throws ApiError idempotency_key_in_use, idempotency_key_reused, what `work` throws
 */
export async function writeOnce(
  { database, limits, inLine }: Reviews,
  { key, by, body }: Asked,
  answer: Reply,
  contentId: string,
  work: (tx: Tx) => Promise<void>,
): Promise<Reply> {
  const write = (effect: (tx: Tx) => Promise<void>) =>
    inLine(contentId, (leftMs) => transaction(database, leftMs, effect))
  if (key === undefined) {
    await write(work)
    return answer
  }
  const request = {
    id: idOfKey(by, key),
    requestHash: hash(body),
    ttlMs: limits.idempotencyKeyTtlMs,
  }
  const kept = await keptAnswer(database, request)
  if (kept) return kept
  try {
    await write(async (tx) => {
      await keepAnswer(database, tx, request, answer)
      await work(tx)
    })
    return answer
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error
    // The one that had it has just been answered, or will be.
    const others = await keptAnswer(database, request)
    if (others) return others
    throw new ApiError('idempotency_key_in_use', 'A request with this Idempotency-Key is under way.')
  }
}

/** Under which the answer to a key of this person is kept. */
export const idOfKey = (by: string, key: string): string => hash([by, 'POST /content/{id}/reviews', key])

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64url')
