import { type Db, query, sql } from '@marquee/postgres'

/* What a list of titles asks of each before it looks closer, see content_news. */

// Sorted, so that two writers cannot wait for each other.
const count = sql(
  'news.count',
  `INSERT INTO content_news AS n (content_id, version, aired_at, published_at, next_air_at)
   SELECT changed.id, 1, max(e.air_date) FILTER (WHERE e.air_date <= now()),
     max(e.published_at) FILTER (WHERE e.air_date IS NULL OR e.air_date <= now()),
     min(e.air_date) FILTER (WHERE e.air_date > now())
   FROM unnest($1::uuid[]) AS changed (id) LEFT JOIN content_episodes AS e
     ON e.content_id = changed.id AND e.status = 'published' AND e.season_number > 0
   GROUP BY changed.id ORDER BY changed.id
   ON CONFLICT (content_id) DO UPDATE SET version = n.version + 1, aired_at = excluded.aired_at,
     published_at = excluded.published_at, next_air_at = excluded.next_air_at`,
)
const due = sql(
  'news.due',
  'SELECT content_id AS id FROM content_news WHERE next_air_at <= now() ORDER BY next_air_at LIMIT $1',
)

export const statements = { count, due }

/** A title or an episode of it has changed, or aired: what was found before it holds no longer. After the change itself. */
export async function countChange(db: Db, contentIds: readonly string[]): Promise<void> {
  if (contentIds.length > 0) await query(db, count, [[...new Set(contentIds)]])
}

const pageSize = 500

/** Counts what has aired since it was last looked at. @returns how many titles */
export async function countAired(db: Db): Promise<number> {
  let counted = 0
  for (;;) {
    const ids = (await query<{ id: string }>(db, due, [pageSize])).map(({ id }) => id)
    await countChange(db, ids)
    counted += ids.length
    if (ids.length < pageSize) return counted
  }
}
