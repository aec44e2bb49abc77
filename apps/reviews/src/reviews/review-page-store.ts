import { trusted } from 'mongoose'
import type { Database } from '../database-store.js'
import type { ReviewDocument, ShownReview } from './review-document.js'
import { type Listed, type Place, sortFields } from './review-pages.js'

const shown = {
  contentId: 1,
  userId: 1,
  rating: 1,
  title: 1,
  text: 1,
  hasSpoilers: 1,
  helpfulCount: 1,
  status: 1,
  version: 1,
  createdAt: 1,
  updatedAt: 1,
} as const satisfies Partial<Record<keyof ReviewDocument, 1>>

/** At most `limit` reviews behind `place`, read off the index of the sort. */
export const readPage = (
  { reviews }: Database,
  list: Listed,
  place: Place | null,
  limit: number,
): Promise<ShownReview[]> =>
  reviews
    .find(filterOf(list, place), shown)
    .sort(Object.fromEntries(sortFields[list.sort]))
    .limit(limit)
    .lean<ShownReview[]>()
    .exec()

/** What a page holds, in the index of its sort. */
export const filterOf = ({ contentId, status, spoilers, userId, sort }: Listed, place: Place | null) => ({
  contentId,
  status,
  ...(spoilers === 'exclude' && { hasSpoilers: false }),
  ...(userId !== undefined && { userId }),
  ...(place && behind(sort, place)),
})

/** Keyset: behind in the first field, or equal there and behind in the next. The bound on the first field finds the place in the index. */
function behind(sort: Listed['sort'], place: Place) {
  const fields = sortFields[sort].map(([field, direction], n) => {
    const value = field === 'createdAt' ? new Date(place[n] as number) : place[n]
    return { field, value, operator: direction === 1 ? '$gt' : '$lt' }
  })
  const first = fields[0]!
  return {
    [first.field]: trusted({ [`${first.operator}e`]: first.value }),
    $or: fields.map(({ field, value, operator }, n) => ({
      ...Object.fromEntries(fields.slice(0, n).map((before) => [before.field, before.value])),
      [field]: trusted({ [operator]: value }),
    })),
  }
}
