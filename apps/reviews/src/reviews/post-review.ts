import { CreateReview, Review } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Reviews } from '../context.js'
import { keyHeader } from '../headers.js'
import { writeOutbox } from '../outbox/outbox-store.js'
import { reviewsPath, tag, titleParams } from '../params.js'
import { changeFigures } from '../summaries/summary-store.js'
import { writeOnce } from '../write-once.js'
import { reviewReply } from './replies.js'
import { newReview, personOf } from './review-rules.js'
import { insertReview } from './review-store.js'

export const postReview = (reviews: Reviews) =>
  endpoint({
    method: 'POST',
    path: reviewsPath,
    operationId: 'postReview',
    summary: 'Review a title',
    description:
      'One review for each person and title, rated 1 to 10; it is published at once and counts in the figures of the title. ' +
      'Emits `review.posted` and `rating.changed`.',
    tag,
    access: 'viewer',
    params: titleParams,
    headers: keyHeader,
    body: CreateReview,
    responses: {
      201: {
        description: 'The review as it was posted',
        schema: Review,
        headers: { ETag: 'Version of the review', Location: 'Its address' },
      },
    },
    problems: ['forbidden', 'content_not_found', 'review_exists'],
    async handle(call) {
      const { database, findTitle } = reviews
      const userId = personOf(call.viewer)
      const contentId = await findTitle(call.params.id)
      const now = new Date(await database.clock.now())
      const review = newReview(call.body, { id: uuidv7(), contentId, userId, now })
      const { headers, ...answer } = reviewReply(201, review)
      const location = `/api/v1/content/${contentId}/reviews/${review._id}`
      const traced = call.traceparent && { traceparent: call.traceparent }
      const asked = { key: call.headers['idempotency-key'], by: userId, body: { contentId, ...call.body } }
      return await writeOnce(
        reviews,
        asked,
        { ...answer, headers: { ...headers, location } },
        contentId,
        async (tx) => {
          await insertReview(database, tx, review)
          const { rating } = review
          const body = { id: review._id, contentId, userId, rating }
          await writeOutbox(database, tx, [
            { type: 'review.posted', subject: review._id, subjectVersion: 1, body, ...traced },
          ])
          await changeFigures(database, tx, contentId, {
            before: null,
            after: rating,
            traceparent: call.traceparent,
          })
        },
      )
    },
  })
