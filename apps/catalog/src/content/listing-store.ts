import type { ContentSort } from '@marquee/contracts'
import { type Db, query, type Statement, sql } from '@marquee/postgres'
import { z } from 'zod'

/** A title of content_listing in lists and in other nouns, as JSON; `of` is what the table is called. */
export const summaryOf = (of: string) =>
  `row_to_json((SELECT item FROM (SELECT ${of}.id, ${of}.slug, ${of}.kind, ${of}.title, ${of}.poster_url AS "posterUrl", ${of}.year,
    ${of}.origin, ${of}.rating, ${of}.is_vip AS "isVip") AS item))`
const summary = `${summaryOf('content_listing')}::text AS item`

// With a value plan each `$n IS NULL` is folded away. A generic plan is chosen only where it costs no more.
const filters = `status = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR origin = $3)
  AND ($4::uuid IS NULL OR genre_ids @> ARRAY[$4::uuid]) AND ($5::uuid IS NULL OR tag_ids @> ARRAY[$5::uuid])
  AND ($6::integer IS NULL OR year >= $6) AND ($7::integer IS NULL OR year <= $7)
  AND ($8::numeric IS NULL OR rating >= $8) AND ($9::boolean IS NULL OR is_vip = $9)`

const list = (sort: ContentSort, key: string, type: string, direction: 'ASC' | 'DESC'): Statement =>
  sql(
    `listing.by-${sort}`,
    `SELECT id, ${key} AS key, ${summary} FROM content_listing
     WHERE ${filters} AND ($10::${type} IS NULL OR (${key}, id) ${direction === 'ASC' ? '>' : '<'} ($10::${type}, $11::uuid))
     ORDER BY ${key} ${direction}, id ${direction} LIMIT $12`,
  )

const sorts: Record<ContentSort, Statement> = {
  newest: list('newest', 'created_at', 'timestamptz', 'DESC'),
  oldest: list('oldest', 'created_at', 'timestamptz', 'ASC'),
  title: list('title', 'sort_title', 'text', 'ASC'),
  year: list('year', 'coalesce(year, 0)', 'integer', 'DESC'),
  rating: list('rating', 'rating_score', 'double precision', 'DESC'),
  popularity: list('popularity', 'popularity', 'double precision', 'DESC'),
  views: list('views', 'total_views', 'bigint', 'DESC'),
}

export const statements = {
  ...sorts,
  ids: sql(
    'listing.ids',
    `SELECT id, created_at AS key FROM content_listing
     WHERE status = 'published' AND ($1::timestamptz IS NULL OR (created_at, id) < ($1::timestamptz, $2::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $3`,
  ),
  byIds: sql(
    'listing.by-ids',
    `SELECT id, ${summary} FROM content_listing WHERE id = ANY($1::uuid[]) AND status = $2`,
  ),
  // A slug is looked up in the projection and not in content_slugs: the coordinator holds a copy, so no worker is asked for it.
  find: sql('listing.find', 'SELECT id, slug, status FROM content_listing WHERE id = $1'),
  findBySlug: sql('listing.find-by-slug', 'SELECT id, slug, status FROM content_listing WHERE slug = $1'),
}

export interface ListFilters {
  status: string
  kind?: string | undefined
  origin?: string | undefined
  genre?: string | undefined
  tag?: string | undefined
  yearFrom?: number | undefined
  yearTo?: number | undefined
  ratingMin?: number | undefined
  vip?: boolean | undefined
}

/** Where a page begins: behind this key and id. */
export const Place = z.tuple([z.union([z.string(), z.number()]), z.guid()])
export type Place = z.infer<typeof Place>
export interface Listed {
  id: string
  key: Place[0] | Date
}

export function listContent(
  db: Db,
  sort: ContentSort,
  filters: ListFilters,
  after: Place | null,
  limit: number,
): Promise<(Listed & { item: string })[]> {
  const { status, kind, origin, genre, tag, yearFrom, yearTo, ratingMin, vip } = filters
  const values = [status, kind, origin, genre, tag, yearFrom, yearTo, ratingMin, vip].map(
    (value) => value ?? null,
  )
  return query(db, sorts[sort], [...values, after?.[0] ?? null, after?.[1] ?? null, limit])
}

export const listIds = (db: Db, after: Place | null, limit: number): Promise<Listed[]> =>
  query(db, statements.ids, [after?.[0] ?? null, after?.[1] ?? null, limit])

/** In the order of `ids`; those that are not there are left out. */
export async function listByIds(db: Db, ids: string[], status: string): Promise<string[]> {
  const rows = await query<{ id: string; item: string }>(db, statements.byIds, [ids, status])
  const items = new Map(rows.map(({ id, item }) => [id, item]))
  return [...new Set(ids)].flatMap((id) => items.get(id) ?? [])
}

export interface Found {
  id: string
  slug: string
  status: string
}

export const findById = async (db: Db, id: string): Promise<Found | null> =>
  (await query<Found>(db, statements.find, [id]))[0] ?? null
export const findBySlug = async (db: Db, slug: string): Promise<Found | null> =>
  (await query<Found>(db, statements.findBySlug, [slug]))[0] ?? null
