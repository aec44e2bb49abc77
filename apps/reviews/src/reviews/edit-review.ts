import { PatchReview, Review } from '@marquee/contracts'
import { ApiError, endpoint, ifMatchVersion, requireVersion } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { ifMatch } from '../headers.js'
import { reviewParams, reviewPath, tag } from '../params.js'
import { changeReview } from './change-review.js'
import { reviewReply } from './replies.js'
import { maySee, noReview, patched, personOf } from './review-rules.js'

export const editReview = (reviews: Reviews) =>
  endpoint({
    method: 'PATCH',
    path: reviewPath,
    operationId: 'editReview',
    summary: 'Edit one’s review',
    description:
      'By its author alone. JSON merge patch: what is absent stays, `title: null` removes it. A patch that changes nothing makes no ' +
      'version. What was said before is kept. A hidden review may be edited and stays hidden. Emits `rating.changed` when the ' +
      'rating changes the figures.',
    tag,
    access: 'viewer',
    params: reviewParams,
    headers: ifMatch,
    body: PatchReview,
    bodyType: 'application/merge-patch+json',
    responses: {
      200: {
        description: 'The review as it is now',
        schema: Review,
        headers: { ETag: 'Version of the review' },
      },
    },
    problems: ['forbidden', 'content_not_found', 'review_not_found'],
    async handle({ params, headers, body, viewer, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const userId = personOf(viewer)
      const contentId = await reviews.findTitle(params.id)
      const now = new Date(await reviews.database.clock.now())
      const review = await changeReview(
        reviews,
        { contentId, reviewId: params.reviewId },
        {
          traceparent,
          change(before) {
            if (!maySee(before, viewer)) throw noReview()
            if (before.userId !== userId)
              throw new ApiError('forbidden', 'Only its author may edit a review.')
            requireVersion(before.version, version)
            return patched(before, body, now)
          },
        },
      )
      if (!review) throw noReview()
      return reviewReply(200, review)
    },
  })
