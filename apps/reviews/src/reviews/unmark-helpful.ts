import { endpoint, noContent } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { personOf } from './review-rules.js'
import { aboutVotes, setVote, votedReview } from './vote.js'

export const unmarkHelpful = (reviews: Reviews) =>
  endpoint({
    ...aboutVotes,
    method: 'DELETE',
    operationId: 'unmarkHelpful',
    summary: 'Take back that a review was helpful',
    description: 'Also when it was never said. It makes no version of the review.',
    responses: { 204: { description: 'It is not counted any more' } },
    async handle({ params, viewer }) {
      const userId = personOf(viewer)
      const review = await votedReview(reviews, params, viewer)
      await setVote(reviews, { reviewId: review._id, userId }, false)
      return noContent()
    },
  })
