import { listReviewsQuery, ReviewList, type Viewer } from '@marquee/contracts'
import { ApiError, endpoint, jsonBytes } from '@marquee/service-kit'
import type { Reviews } from '../context.js'
import { reviewsPath, tag, titleParams } from '../params.js'
import { presentSummary } from '../summaries/summary-rules.js'
import { readSummary } from '../summaries/summary-store.js'
import { presentReview } from './review-document.js'
import { readPage } from './review-page-store.js'
import { type Listed, nextOf, placeOf } from './review-pages.js'
import { isModerator, personOf } from './review-rules.js'

export const listReviews = (reviews: Reviews) =>
  endpoint({
    method: 'GET',
    path: reviewsPath,
    operationId: 'listReviews',
    summary: 'Reviews of a title',
    description:
      'Published reviews with the summary of them all. Among equals the newest comes first. A cursor belongs to its title, sort and ' +
      'filters. With `status=hidden` moderators get what was hidden, and anybody else who is signed in gets their own.',
    tag,
    access: 'public',
    params: titleParams,
    query: listReviewsQuery,
    responses: {
      200: {
        description: 'A page of reviews',
        schema: ReviewList,
        headers: { Link: 'The next page, if there is one' },
      },
    },
    problems: ['unauthenticated', 'forbidden', 'content_not_found'],
    async handle({ params, query: { limit, cursor, ...asked }, viewer }) {
      const { database, cursorKey, findTitle } = reviews
      const userId = asked.status === 'hidden' ? whoseHidden(viewer) : undefined
      const contentId = await findTitle(params.id)
      const list: Listed = { contentId, ...asked, ...(userId && { userId }) }
      const place = placeOf(cursorKey, list, cursor)
      const [rows, summary] = await Promise.all([
        readPage(database, list, place, limit + 1),
        readSummary(database, contentId),
      ])
      const { next, link } = nextOf(cursorKey, list, rows, limit)
      const items = rows.slice(0, limit).map(presentReview)
      const body = Buffer.from(JSON.stringify({ items, next, summary: presentSummary(summary) }))
      return jsonBytes(200, body, { ...caching(asked.status), ...(link && { link }) })
    },
  })

/** A review shows in the list at once, so nobody may keep the list. */
const caching = (status: string) => ({
  'cache-control': status === 'published' ? 'public, no-cache' : 'private, no-store',
})

/** Undefined: everybody's. @throws ApiError unauthenticated, forbidden */
function whoseHidden(viewer: Viewer | null): string | undefined {
  if (!viewer) throw new ApiError('unauthenticated', 'Hidden reviews are for moderators and their authors.')
  return isModerator(viewer) ? undefined : personOf(viewer)
}
