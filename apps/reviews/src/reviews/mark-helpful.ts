import { ApiError, endpoint, noContent } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { personOf } from './review-rules.js'
import { aboutVotes, setVote, votedReview } from './vote.js'

export const markHelpful = (reviews: Reviews) =>
  endpoint({
    ...aboutVotes,
    method: 'PUT',
    operationId: 'markHelpful',
    summary: 'Find a review helpful',
    description:
      'Once for each person, however often it is said. Not for one’s own review. It makes no version of the review.',
    responses: { 204: { description: 'It is counted' } },
    async handle({ params, viewer }) {
      const userId = personOf(viewer)
      const review = await votedReview(reviews, params, viewer)
      if (review.userId === userId) throw new ApiError('forbidden', 'Nobody votes for a review of their own.')
      await setVote(reviews, { reviewId: review._id, userId }, true)
      return noContent()
    },
  })
