import { type Db, query, sql } from '@marquee/postgres'

const nil = '00000000-0000-0000-0000-000000000000'

const slugsOfTitles = sql(
  'reconcile.slugs-of-titles',
  'SELECT id, slug FROM content_metadata WHERE id > $1 ORDER BY id LIMIT $2',
)
const holders = sql(
  'reconcile.holders',
  'SELECT slug, content_id AS id FROM content_slugs WHERE slug = ANY($1::text[])',
)
// In the order of the table's own key, whatever its collation.
const slugs = sql(
  'reconcile.slugs',
  'SELECT slug, content_id AS id FROM content_slugs WHERE slug > $1 ORDER BY slug LIMIT $2',
)
const slugsById = sql(
  'reconcile.slugs-by-id',
  'SELECT id, slug FROM content_metadata WHERE id = ANY($1::uuid[])',
)
const slugsHeld = sql(
  'reconcile.slugs-held',
  'SELECT slug, content_id AS id FROM content_slugs WHERE content_id = ANY($1::uuid[])',
)
const stats = sql(
  'reconcile.stats',
  `SELECT content_id AS id, total_views AS views, rating_count AS count, rating_sum AS sum FROM content_stats
   WHERE content_id > $1 ORDER BY content_id LIMIT $2`,
)
const titleVersions = sql(
  'reconcile.title-versions',
  'SELECT id, version, status FROM content_metadata WHERE id > $1 ORDER BY id LIMIT $2',
)
const episodeVersions = sql(
  'reconcile.episode-versions',
  `SELECT content_id AS "contentId", id, version, status FROM episodes WHERE (content_id, id) > ($1::uuid, $2::uuid)
   ORDER BY content_id, id LIMIT $3`,
)
const pending = sql('reconcile.pending', 'SELECT count(*) AS count FROM outbox WHERE published_at IS NULL')

export interface SlugOf {
  id: string
  slug: string
}
export interface Stats {
  id: string
  views: number
  count: number
  sum: number
}
export interface Version {
  id: string
  version: number
  status: string
}

/** All rows, page by page; `next` gives the page behind the last row of the one before. */
async function* walk<Row>(
  next: (last: Row | undefined) => Promise<Row[]>,
  size: number,
): AsyncGenerator<Row[]> {
  for (let last: Row | undefined; ; ) {
    const rows = await next(last)
    if (rows.length > 0) yield rows
    if (rows.length < size) return
    last = rows.at(-1)
  }
}

export const slugsOfTitlesInPages = (db: Db, size: number) =>
  walk<SlugOf>((last) => query(db, slugsOfTitles, [last?.id ?? nil, size]), size)
export const slugsInPages = (db: Db, size: number) =>
  walk<SlugOf>((last) => query(db, slugs, [last?.slug ?? '', size]), size)
export const holdersOf = (db: Db, wanted: string[]): Promise<SlugOf[]> => query(db, holders, [wanted])
export const slugsHeldBy = (db: Db, ids: string[]): Promise<SlugOf[]> => query(db, slugsHeld, [ids])
export const slugsOf = (db: Db, ids: string[]): Promise<SlugOf[]> => query(db, slugsById, [ids])

export const statsInPages = (db: Db, size: number) =>
  walk<Stats>((last) => query(db, stats, [last?.id ?? nil, size]), size)
export const titleVersionsInPages = (db: Db, size: number) =>
  walk<Version>((last) => query(db, titleVersions, [last?.id ?? nil, size]), size)
export const episodeVersionsInPages = (db: Db, size: number) =>
  walk<Version & { contentId: string }>(
    (last) => query(db, episodeVersions, [last?.contentId ?? nil, last?.id ?? nil, size]),
    size,
  )

/** Facts that the broker has not confirmed yet. */
export const pendingFacts = async (db: Db): Promise<number> =>
  (await query<{ count: number }>(db, pending))[0]?.count ?? 0
