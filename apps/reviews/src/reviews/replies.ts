import { jsonBytes, type Reply, strongEtag } from '@marquee/service-kit'
import { presentReview, type ReviewDocument } from './review-document.js'

export const privately = { 'cache-control': 'private, no-store' }

/** One review with its ETag, whose version part is what If-Match compares. */
export function reviewReply(status: 200 | 201, review: ReviewDocument): Reply {
  const bytes = Buffer.from(JSON.stringify(presentReview(review)))
  return jsonBytes(status, bytes, { etag: strongEtag(review.version, bytes), ...privately })
}
