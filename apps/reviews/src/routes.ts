import type { Endpoint } from '@marquee/service-kit'
import { bounded } from './bounded.js'
import type { Reviews } from './context.js'
import { editReview } from './reviews/edit-review.js'
import { listReviews } from './reviews/list-reviews.js'
import { markHelpful } from './reviews/mark-helpful.js'
import { moderateReview } from './reviews/moderate-review.js'
import { postReview } from './reviews/post-review.js'
import { removeReview } from './reviews/remove-review.js'
import { unmarkHelpful } from './reviews/unmark-helpful.js'

/** Every path of this app. */
export const routes = (reviews: Reviews): Endpoint[] =>
  [
    listReviews(reviews), //    GET    /api/v1/content/{id}/reviews
    postReview(reviews), //     POST   /api/v1/content/{id}/reviews
    editReview(reviews), //     PATCH  /api/v1/content/{id}/reviews/{reviewId}
    removeReview(reviews), //   DELETE /api/v1/content/{id}/reviews/{reviewId}
    markHelpful(reviews), //    PUT    /api/v1/content/{id}/reviews/{reviewId}/helpful
    unmarkHelpful(reviews), //  DELETE /api/v1/content/{id}/reviews/{reviewId}/helpful
    moderateReview(reviews), // PATCH  /api/v1/content/{id}/reviews/{reviewId}/moderation
  ].map(bounded(reviews.limits.storeTimeoutMs))
