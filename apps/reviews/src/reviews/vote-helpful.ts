import { ApiError, endpoint, noContent } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import type { Tx } from '../database-store.js'
import { reviewParams, reviewPath, tag } from '../params.js'
import { transaction } from '../transaction-store.js'
import { maySee, noReview, personOf } from './review-rules.js'
import { findReview } from './review-store.js'
import { addHelpful, deleteVote, hasVoted, insertVote, type Vote } from './vote-store.js'

const about = {
  path: `${reviewPath}/helpful`,
  tag,
  access: 'viewer',
  params: reviewParams,
  problems: ['forbidden', 'content_not_found', 'review_not_found'],
} as const

export const markHelpful = (reviews: Reviews) =>
  endpoint({
    ...about,
    problems: [...about.problems],
    method: 'PUT',
    operationId: 'markHelpful',
    summary: 'Find a review helpful',
    description:
      'Once for each person, however often it is said. Not for one’s own review. It makes no version of the review.',
    responses: { 204: { description: 'It is counted' } },
    async handle({ params, viewer }) {
      const userId = personOf(viewer)
      const contentId = await reviews.findTitle(params.id)
      const review = await findReview(reviews.database, { contentId, reviewId: params.reviewId })
      if (!review || !maySee(review, viewer)) throw noReview()
      if (review.userId === userId) throw new ApiError('forbidden', 'Nobody votes for a review of their own.')
      await vote(reviews, { reviewId: review._id, userId }, true)
      return noContent()
    },
  })

export const unmarkHelpful = (reviews: Reviews) =>
  endpoint({
    ...about,
    problems: [...about.problems],
    method: 'DELETE',
    operationId: 'unmarkHelpful',
    summary: 'Take back that a review was helpful',
    description: 'Also when it was never said. It makes no version of the review.',
    responses: { 204: { description: 'It is not counted any more' } },
    async handle({ params, viewer }) {
      const userId = personOf(viewer)
      const contentId = await reviews.findTitle(params.id)
      const review = await findReview(reviews.database, { contentId, reviewId: params.reviewId })
      if (!review || !maySee(review, viewer)) throw noReview()
      await vote(reviews, { reviewId: review._id, userId }, false)
      return noContent()
    },
  })

/** The vote and its count in one transaction; nothing is written when it is so already. */
async function vote({ database, limits, inLine }: Reviews, vote: Vote, helpful: boolean): Promise<void> {
  await inLine(vote.reviewId, async () => {
    if ((await hasVoted(database, vote)) === helpful) return
    await transaction(database, limits.storeTimeoutMs, async (tx: Tx) => {
      const changed = helpful ? await insertVote(database, tx, vote) : await deleteVote(database, tx, vote)
      if (changed && !(await addHelpful(database, tx, vote.reviewId, helpful ? 1 : -1))) throw noReview()
    })
  })
}
