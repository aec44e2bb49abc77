import type { Database, Tx } from '../database-store.js'
import { isDuplicate } from '../outage.js'
import type { ReviewDocument } from './review-document.js'
import { reviewExists } from './review-rules.js'

/** Which review of which title. */
export interface Which {
  contentId: string
  reviewId: string
}

/** @throws ApiError review_exists */
export async function insertReview({ reviews }: Database, tx: Tx, review: ReviewDocument): Promise<void> {
  try {
    await reviews.insertMany([review], { session: tx, lean: true })
  } catch (error) {
    if (isDuplicate(error)) throw reviewExists()
    throw error
  }
}

export const findReview = (
  { reviews }: Database,
  { contentId, reviewId }: Which,
  tx?: Tx,
): Promise<ReviewDocument | null> =>
  reviews
    .findOne({ _id: reviewId, contentId })
    .session(tx ?? null)
    .lean<ReviewDocument>()
    .exec()

/** Writes what an edit or a moderator may change. `before` was read in this transaction, so nobody has written it meanwhile. */
export async function updateReview({ reviews }: Database, tx: Tx, after: ReviewDocument): Promise<void> {
  const { _id, rating, title, text, hasSpoilers, status, version, updatedAt, edits, moderation } = after
  const changed = { rating, title, text, hasSpoilers, status, version, updatedAt, edits, moderation }
  await reviews.updateOne({ _id }, { $set: changed }, { session: tx }).exec()
}

/** Removes a review and the votes for it. */
export async function deleteReview({ reviews, votes }: Database, tx: Tx, reviewId: string): Promise<void> {
  await votes.deleteMany({ reviewId }, { session: tx }).exec()
  await reviews.deleteOne({ _id: reviewId }, { session: tx }).exec()
}
