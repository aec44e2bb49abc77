import type { Viewer } from '@marquee/contracts'
import type { Reviews } from '../context.js'
import { reviewParams, reviewPath, tag } from '../params.js'
import { transaction } from '../transaction-store.js'
import type { ReviewDocument } from './review-document.js'
import { maySee, noReview } from './review-rules.js'
import { findReview } from './review-store.js'
import { addHelpful, deleteVote, hasVoted, insertVote, type Vote } from './vote-store.js'

/** What both endpoints of votes have in common. */
export const aboutVotes = {
  path: `${reviewPath}/helpful` as const,
  tag,
  access: 'viewer' as const,
  params: reviewParams,
  problems: ['forbidden' as const, 'content_not_found' as const, 'review_not_found' as const],
}

/** The review that is voted on. @throws ApiError content_not_found, review_not_found */
export async function votedReview(
  { database, findTitle }: Reviews,
  { id, reviewId }: { id: string; reviewId: string },
  viewer: Viewer,
): Promise<ReviewDocument> {
  const contentId = await findTitle(id)
  const review = await findReview(database, { contentId, reviewId })
  if (!review || !maySee(review, viewer)) throw noReview()
  return review
}

/** The vote and its count in one transaction; nothing is written when it is so already. @throws ApiError review_not_found */
export async function setVote({ database, inLine }: Reviews, vote: Vote, helpful: boolean): Promise<void> {
  await inLine(vote.reviewId, async (leftMs) => {
    if ((await hasVoted(database, vote)) === helpful) return
    await transaction(database, leftMs, async (tx) => {
      const changed = await (helpful ? insertVote : deleteVote)(database, tx, vote)
      if (changed && !(await addHelpful(database, tx, vote.reviewId, helpful ? 1 : -1))) throw noReview()
    })
  })
}
