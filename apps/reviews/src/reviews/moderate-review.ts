import { ModerateReview, Review } from '@marquee/contracts'
import { endpoint, ifMatchVersion, requireVersion } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { ifMatch } from '../headers.js'
import { reviewParams, reviewPath, tag } from '../params.js'
import { changeReview } from './change-review.js'
import { reviewReply } from './replies.js'
import { moderated, noReview } from './review-rules.js'

export const moderateReview = (reviews: Reviews) =>
  endpoint({
    method: 'PATCH',
    path: `${reviewPath}/moderation`,
    operationId: 'moderateReview',
    summary: 'Hide a review, or show it again',
    description:
      'A hidden review counts in no figure and is shown to nobody but moderators and its author, who may still edit or remove it (and ' +
      'find it with `status=hidden`). Who decided, when and why is kept. What is so already makes no version. Emits ' +
      '`rating.changed` otherwise.',
    tag,
    access: 'editor',
    params: reviewParams,
    headers: ifMatch,
    body: ModerateReview,
    bodyType: 'application/merge-patch+json',
    responses: {
      200: {
        description: 'The review as it is now',
        schema: Review,
        headers: { ETag: 'Version of the review' },
      },
    },
    problems: ['content_not_found', 'review_not_found'],
    async handle({ params, headers, body, viewer, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const contentId = await reviews.titleIdOf(params.id)
      const now = new Date(await reviews.database.clock.now())
      const review = await changeReview(
        reviews,
        { contentId, reviewId: params.reviewId },
        {
          traceparent,
          change(before) {
            requireVersion(before.version, version)
            return moderated(before, body, viewer.sub, now)
          },
        },
      )
      if (!review) throw noReview()
      return reviewReply(200, review)
    },
  })
