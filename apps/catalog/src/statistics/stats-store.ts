import { type Db, query, sql, type Tx } from '@marquee/postgres'

/** Bayesian, weight 10 at the mean of all: a title with one 10 does not lead. */
export const score = (mean: string, rating: string, count: string) =>
  `(10 * ${mean}::double precision + ${rating} * ${count}) / (10 + ${count})`

export const statements = {
  // Absolute figures, so the newest statement about a title wins whatever order they come in. Sorted, so that two batches cannot
  // wait for each other.
  apply: sql(
    'stats.apply',
    `INSERT INTO content_stats AS s (content_id, total_views, popularity, stats_version, changed_at)
     SELECT id, views, popularity, version, now() FROM unnest($1::uuid[], $2::bigint[], $3::double precision[], $4::bigint[])
       AS told (id, views, popularity, version) ORDER BY id
     ON CONFLICT (content_id) DO UPDATE SET total_views = excluded.total_views, popularity = excluded.popularity,
       stats_version = excluded.stats_version, changed_at = excluded.changed_at
     WHERE s.stats_version < excluded.stats_version
     RETURNING content_id AS id`,
  ),
  // The mean is taken here, from whole numbers: nobody's rounding before this one counts.
  applyRatings: sql(
    'stats.apply-ratings',
    `INSERT INTO content_stats AS s (content_id, rating, rating_count, rating_sum, rating_version, changed_at)
     SELECT id, round(sum::numeric / nullif(count, 0), 2), count, sum, version, now()
     FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[]) AS told (id, sum, count, version) ORDER BY id
     ON CONFLICT (content_id) DO UPDATE SET rating = excluded.rating, rating_count = excluded.rating_count,
       rating_sum = excluded.rating_sum, rating_version = excluded.rating_version, changed_at = excluded.changed_at
     WHERE s.rating_version < excluded.rating_version
     RETURNING content_id AS id`,
  ),
  changed: sql(
    'stats.changed',
    `SELECT content_id AS id, total_views AS views, popularity, rating, rating_count AS "ratingCount", changed_at AS "changedAt"
     FROM content_stats WHERE (changed_at, content_id) > ($1::timestamptz, $2::uuid)
     ORDER BY changed_at, content_id LIMIT $3`,
  ),
  // The projection's own copy: asking the shards would be a query of all of them for one number.
  meanRating: sql(
    'listing.mean-rating',
    `SELECT coalesce(sum(rating * rating_count) / nullif(sum(rating_count), 0), 0)::double precision AS mean
     FROM content_listing WHERE rating_count > 0`,
  ),
  // The mean moves with every rating: scores that are off by more than nobody sees follow it.
  rescore: sql(
    'listing.rescore',
    `UPDATE content_listing SET rating_score = ${score('$1', 'rating', 'rating_count')}
     WHERE rating_count > 0 AND abs(rating_score - ${score('$1', 'rating', 'rating_count')}) > 0.01`,
  ),
  refresh: sql(
    'listing.refresh',
    `UPDATE content_listing AS l SET total_views = n.views, popularity = n.popularity, rating = n.rating,
       rating_count = n.count,
       rating_score = CASE WHEN n.count > 0 THEN ${score('$6', 'n.rating', 'n.count')} ELSE 0 END
     FROM unnest($1::uuid[], $2::bigint[], $3::double precision[], $4::numeric[], $5::integer[])
       AS n (id, views, popularity, rating, count)
     WHERE l.id = n.id AND (l.total_views, l.popularity, l.rating, l.rating_count)
       IS DISTINCT FROM (n.views, n.popularity, n.rating, n.count)`,
  ),
}

/** What was said of a title: totals, not differences. */
export interface Told {
  id: string
  totalViews: number
  popularity: number
  version: number
}
/** The same of its published reviews. */
export interface ToldRating {
  id: string
  sum: number
  count: number
  version: number
}

/** @returns ids of the titles whose figures changed */
export async function applyStats(db: Db, told: Told[]): Promise<string[]> {
  const columns = [
    told.map(({ id }) => id),
    told.map(({ totalViews }) => totalViews),
    told.map(({ popularity }) => popularity),
    told.map(({ version }) => version),
  ]
  return (await query<{ id: string }>(db, statements.apply, columns)).map(({ id }) => id)
}

/** The same for ratings, which have versions of their own. */
export async function applyRatings(db: Db, told: ToldRating[]): Promise<string[]> {
  const columns = [
    told.map(({ id }) => id),
    told.map(({ sum }) => sum),
    told.map(({ count }) => count),
    told.map(({ version }) => version),
  ]
  return (await query<{ id: string }>(db, statements.applyRatings, columns)).map(({ id }) => id)
}

export interface Figures {
  id: string
  views: number
  popularity: number
  rating: number | null
  ratingCount: number
  changedAt: Date
}

export const changedStats = (db: Db, after: { at: Date; id: string }, limit: number): Promise<Figures[]> =>
  query<Figures>(db, statements.changed, [after.at, after.id, limit])

export async function refreshListing(tx: Tx, figures: Figures[], meanRating: number): Promise<void> {
  const columns = [
    figures.map(({ id }) => id),
    figures.map(({ views }) => views),
    figures.map(({ popularity }) => popularity),
    figures.map(({ rating }) => rating),
    figures.map(({ ratingCount }) => ratingCount),
  ]
  await query(tx, statements.refresh, [...columns, meanRating])
}

export async function rescoreListing(tx: Tx, meanRating: number): Promise<void> {
  await query(tx, statements.rescore, [meanRating])
}

export const meanRating = async (db: Db): Promise<number> =>
  (await query<{ mean: number }>(db, statements.meanRating))[0]?.mean ?? 0
