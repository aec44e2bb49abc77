import { trusted } from 'mongoose'
import type { Database, Tx } from '../database-store.js'
import { isDuplicate } from '../outage.js'

export interface Vote {
  reviewId: string
  userId: string
}

export const hasVoted = async ({ votes }: Database, { reviewId, userId }: Vote): Promise<boolean> =>
  (await votes.exists({ reviewId, userId }).exec()) !== null

/** False: there was one already, and the transaction is lost. */
export async function insertVote({ votes, clock }: Database, tx: Tx, vote: Vote): Promise<boolean> {
  try {
    await votes.insertMany([{ ...vote, at: new Date(await clock.now()) }], { session: tx, lean: true })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** False: there was none. */
export const deleteVote = async ({ votes }: Database, tx: Tx, { reviewId, userId }: Vote): Promise<boolean> =>
  (await votes.deleteOne({ reviewId, userId }, { session: tx }).exec()).deletedCount === 1

/** Counts votes of a review that is published. False: there is no such review any more. */
export async function addHelpful(
  { reviews }: Database,
  tx: Tx,
  reviewId: string,
  by: 1 | -1,
): Promise<boolean> {
  const counted = await reviews
    .updateOne(
      { _id: reviewId, helpfulCount: trusted({ $gte: by === 1 ? 0 : 1 }) },
      { $inc: { helpfulCount: by } },
      { session: tx },
    )
    .exec()
  return counted.matchedCount === 1
}
