import { mayAccess } from '@marquee/contracts'
import { ApiError, endpoint, ifMatchVersion, noContent, requireVersion } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { ifMatch } from '../headers.js'
import { reviewParams, reviewPath, tag } from '../params.js'
import { changeReview } from './change-review.js'
import { maySee, noReview, personOf } from './review-rules.js'

export const removeReview = (reviews: Reviews) =>
  endpoint({
    method: 'DELETE',
    path: reviewPath,
    operationId: 'removeReview',
    summary: 'Remove a review',
    description:
      'By its author or an admin. Its words, its earlier words and the votes for it are gone, it counts in no figure any more, and ' +
      'its author may post anew. Emits `rating.changed` unless it was hidden.',
    tag,
    access: 'viewer',
    params: reviewParams,
    headers: ifMatch,
    responses: { 204: { description: 'It is removed' } },
    problems: ['forbidden', 'content_not_found', 'review_not_found'],
    async handle({ params, headers, viewer, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const isAdmin = mayAccess(viewer, 'admin')
      const userId = isAdmin ? null : personOf(viewer)
      const contentId = await reviews.titleIdOf(params.id)
      await changeReview(
        reviews,
        { contentId, reviewId: params.reviewId },
        {
          traceparent,
          change(before) {
            if (!maySee(before, viewer)) throw noReview()
            if (!isAdmin && before.userId !== userId)
              throw new ApiError('forbidden', 'Only its author or an admin may remove a review.')
            requireVersion(before.version, version)
            return 'removed'
          },
        },
      )
      return noContent()
    },
  })
