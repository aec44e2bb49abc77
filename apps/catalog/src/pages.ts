import { createHash } from 'node:crypto'
import { Cursor, Limit, z } from '@marquee/contracts'
import { jsonBytes, type Reply, readCursor, signCursor } from '@marquee/service-kit'

export const pageQuery = { limit: Limit, cursor: Cursor.optional() }

export type Query = Record<string, string | number | boolean | undefined>

/** A list with its filters: its cursors fit nothing else. */
export interface PageOf<Place extends z.ZodType> {
  key: string
  path: string
  /** What was asked, without `limit` and `cursor`. */
  filters: Query
  place: Place
}

const fingerprint = ({ path, filters }: { path: string; filters: Query }): string => {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify([path, given]))
    .digest('base64url')
    .slice(0, 22)
}

/** Where the page begins, null for the first. @throws ApiError invalid_cursor */
export function placeOf<Place extends z.ZodType>(
  list: PageOf<Place>,
  cursor: string | undefined,
): z.output<Place> | null {
  if (cursor === undefined) return null
  const [, place] = readCursor(list.key, cursor, z.tuple([z.literal(fingerprint(list)), list.place]))
  return place as z.output<Place>
}

/**
 * One page of finished JSON items. `rows` holds one row more than `limit` when there is another page.
 */
export function pageReply<Place extends z.ZodType, Row>(
  list: PageOf<Place>,
  limit: number,
  rows: Row[],
  { item, place }: { item: (row: Row) => string; place: (row: Row) => z.output<Place> },
  headers: Record<string, string>,
): Reply {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next =
    rows.length > limit && last !== undefined ? signCursor(list.key, [fingerprint(list), place(last)]) : null
  const body = `{"items":[${shown.map(item).join(',')}],"next":${JSON.stringify(next)}}`
  return jsonBytes(200, Buffer.from(body), { ...headers, ...(next && { link: nextLink(list, limit, next) }) })
}

function nextLink(
  { path, filters }: { path: string; filters: Query },
  limit: number,
  cursor: string,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filters, limit, cursor }))
    if (value !== undefined) search.set(name, String(value))
  return `<${path}?${search}>; rel="next"`
}
