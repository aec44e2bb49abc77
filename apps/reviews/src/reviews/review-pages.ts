import { createHash } from 'node:crypto'
import type { ReviewSort, ReviewStatus } from '@marquee/contracts'
import { z } from '@marquee/contracts'
import { readCursor, signCursor } from '@marquee/service-kit'
import { reviewsPath } from '../params.js'
import type { ShownReview } from './review-document.js'

/** One list of reviews: its cursors fit no other. */
export interface Listed {
  contentId: string
  sort: ReviewSort
  spoilers: 'include' | 'exclude'
  status: ReviewStatus
  /** Only this person's. */
  userId?: string
}

type SortField = 'createdAt' | 'helpfulCount' | 'rating' | '_id'

/** What each sort goes by; the id makes it a strict order. */
export const sortFields: Record<ReviewSort, readonly (readonly [SortField, 1 | -1])[]> = {
  newest: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  helpful: [
    ['helpfulCount', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  highest: [
    ['rating', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  lowest: [
    ['rating', 1],
    ['createdAt', -1],
    ['_id', -1],
  ],
}

/** Values of the sort's fields in the last review of a page; dates as milliseconds. */
export type Place = (string | number)[]
const PlaceSchema = z.array(z.union([z.string(), z.number()])).max(3)

const fingerprint = (list: Listed) =>
  createHash('sha256')
    .update(JSON.stringify([list.contentId, list.sort, list.spoilers, list.status, list.userId ?? null]))
    .digest('base64url')
    .slice(0, 22)

/** Where the page begins, null for the first. @throws ApiError invalid_cursor */
export function placeOf(key: string, list: Listed, cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  return readCursor(key, cursor, z.tuple([z.literal(fingerprint(list)), PlaceSchema]))[1]
}

const placeAt = (sort: ReviewSort, review: ShownReview): Place =>
  sortFields[sort].map(([field]) => (field === 'createdAt' ? review.createdAt.getTime() : review[field]))

/** `rows` holds one more than `limit` when there is another page. */
export function nextOf(key: string, list: Listed, rows: ShownReview[], limit: number) {
  const last = rows[limit - 1]
  if (rows.length <= limit || !last) return { next: null }
  const next = signCursor(key, [fingerprint(list), placeAt(list.sort, last)])
  const { contentId, sort, spoilers, status } = list
  const search = new URLSearchParams({ sort, spoilers, status, limit: String(limit), cursor: next })
  return { next, link: `<${reviewsPath.replace('{id}', contentId)}?${search}>; rel="next"` }
}
