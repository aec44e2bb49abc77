import { type Db, query, sql } from '@marquee/postgres'

/** One `rating.changed`: what all published reviews of a title come to. */
export interface Rating {
  contentId: string
  /** UTC day, YYYY-MM-DD. */
  day: string
  average: number | null
  count: number
  /** The later change of a title has the higher one. */
  version: number
}

const keep = sql(
  'analytics.keep-ratings',
  `INSERT INTO content_analytics AS a (content_id, day, average_rating, rating_count, rating_version)
   SELECT DISTINCT ON (content_id, day) content_id, day, average, count, version
   FROM unnest($1::uuid[], $2::date[], $3::double precision[], $4::integer[], $5::bigint[])
     AS told (content_id, day, average, count, version)
   ORDER BY content_id, day, version DESC
   ON CONFLICT (content_id, day) DO UPDATE SET average_rating = excluded.average_rating,
     rating_count = excluded.rating_count, rating_version = excluded.rating_version
   WHERE a.rating_version < excluded.rating_version RETURNING content_id`,
)

// What lists show of a title; sorted, so that two writers cannot wait for each other.
const keepLatest = sql(
  'analytics.keep-latest-ratings',
  `INSERT INTO content_ratings AS r (content_id, average, version)
   SELECT DISTINCT ON (content_id) * FROM unnest($1::uuid[], $2::double precision[], $3::bigint[])
     AS told (content_id, average, version)
   ORDER BY content_id, version DESC
   ON CONFLICT (content_id) DO UPDATE SET average = excluded.average, version = excluded.version
   WHERE r.version < excluded.version`,
)

export const statements = { keep, keepLatest }

/**
 * Keeps the newest of each title, and of each of its days, whatever order they come in.
 * @returns how many days of titles changed
 */
export async function keepRatings(db: Db, ratings: readonly Rating[]): Promise<number> {
  if (ratings.length === 0) return 0
  await query(db, keepLatest, [
    ratings.map(({ contentId }) => contentId),
    ratings.map(({ average }) => average),
    ratings.map(({ version }) => version),
  ])
  const kept = await query(db, keep, [
    ratings.map(({ contentId }) => contentId),
    ratings.map(({ day }) => day),
    ratings.map(({ average }) => average),
    ratings.map(({ count }) => count),
    ratings.map(({ version }) => version),
  ])
  return kept.length
}
