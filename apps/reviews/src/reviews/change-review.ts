import type { Reviews } from '../context.js'
import { changeFigures } from '../summaries/summary-store.js'
import { transaction } from '../transaction-store.js'
import type { ReviewDocument } from './review-document.js'
import { countedRating, noReview } from './review-rules.js'
import { deleteReview, findReview, updateReview, type Which } from './review-store.js'

/** What becomes of a review: the review as it shall be, null to leave it as it is. */
export type Change = (before: ReviewDocument) => ReviewDocument | 'removed' | null

/**
 * One change of a review: read, decide, write, figures and event in one transaction.
 * @returns the review as it is now, null when it was removed
 * @throws ApiError review_not_found, what `change` throws
 */
export async function changeReview(
  { database, inLine }: Reviews,
  which: Which,
  { change, traceparent }: { change: Change; traceparent: string | undefined },
): Promise<ReviewDocument | null> {
  return await inLine(which.contentId, (leftMs) =>
    transaction(database, leftMs, async (tx) => {
      const before = await findReview(database, which, tx)
      if (!before) throw noReview()
      const after = change(before)
      if (after === null) return before
      const kept = after === 'removed' ? null : after
      await (kept ? updateReview(database, tx, kept) : deleteReview(database, tx, before._id))
      await changeFigures(database, tx, before.contentId, {
        before: countedRating(before),
        after: kept && countedRating(kept),
        traceparent,
      })
      return kept
    }),
  )
}
