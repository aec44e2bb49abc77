import { createHash } from 'node:crypto'
import { Cursor, Limit, Uuid, z } from '@marquee/contracts'
import { readCursor, signCursor } from '@marquee/service-kit'

export const pageQuery = { limit: Limit, cursor: Cursor.optional() }

/** A list of one viewer with what it is filtered by: its cursors fit nothing else. */
export interface PageOf {
  key: string
  path: string
  userId: string
  filters: Record<string, string | undefined>
}
/** Where a page begins: below this time (milliseconds) and title. */
export interface Place {
  at: number
  contentId: string
}

const Place = z.tuple([z.number(), Uuid])

function fingerprint({ path, userId, filters }: PageOf): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify([path, userId, given]))
    .digest('base64url')
    .slice(0, 22)
}

/** Null: from the beginning. @throws ApiError invalid_cursor */
export function placeOf(list: PageOf, cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  const [, [at, contentId]] = readCursor(list.key, cursor, z.tuple([z.literal(fingerprint(list)), Place]))
  return { at, contentId }
}

/** Of the page that goes on below a place. */
export function nextPage(list: PageOf, limit: number, last: Place): { next: string; link: string } {
  const next = signCursor(list.key, [fingerprint(list), [last.at, last.contentId]])
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...list.filters, limit: String(limit), cursor: next }))
    if (value !== undefined) search.set(name, value)
  return { next, link: `<${list.path}?${search}>; rel="next"` }
}

/** What belongs to one person is kept by no one on the way. */
export const own = { 'cache-control': 'private, no-store' }
