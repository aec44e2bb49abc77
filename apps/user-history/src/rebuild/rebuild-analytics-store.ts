import { query, sql, type Tx } from '@marquee/postgres'

/** The consumer whose inbox says which views the live figures hold. */
const consumer = 'analytics'

// Writers of plays and of views take these in the same order. Readers are not held up.
const locked = 'content_viewers, content_audience, content_day_viewers, content_analytics'

// Of ids made by time, those of the days from $1 on; an id of another make has no day that could be told.
const missing = sql(
  'rebuild.missing-views',
  `SELECT count(*) AS count FROM inbox AS i
   WHERE consumer = '${consumer}' AND event_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7' AND event_id COLLATE "C" >= $1
     AND NOT EXISTS (SELECT FROM rebuild_views AS v WHERE v.event_id = i.event_id)`,
)

// Views that the live consumer has had so far: the others it will add itself.
const counted = `SELECT v.* FROM rebuild_views AS v
  JOIN inbox AS i ON i.consumer = '${consumer}' AND i.event_id = v.event_id WHERE v.day >= $1`

const makeDays = `CREATE UNLOGGED TABLE rebuild_days AS SELECT * FROM content_analytics WITH NO DATA`
const fillDays = sql(
  'rebuild.fill-days',
  `INSERT INTO rebuild_days (content_id, day, views, unique_viewers, plays, completed_plays, seconds_watched,
     average_rating, rating_count, rating_version, new_favourites)
   WITH viewed AS (
     SELECT content_id, day, count(*) AS views, count(DISTINCT viewer_key) AS viewers FROM (${counted}) AS v GROUP BY 1, 2
   ), played AS (
     SELECT content_id, (watched_at AT TIME ZONE 'UTC')::date AS day, count(*) AS plays,
       count(*) FILTER (WHERE completed) AS completed, sum(watch_duration) AS seconds
     FROM user_watch_history GROUP BY 1, 2
   ), days AS (
     SELECT content_id, day FROM content_analytics UNION SELECT content_id, day FROM viewed
     UNION SELECT content_id, day FROM played UNION SELECT content_id, day FROM rebuild_ratings
   )
   SELECT content_id, day,
     CASE WHEN day >= $1 THEN coalesce(v.views, 0) ELSE coalesce(a.views, 0) END,
     CASE WHEN day >= $1 THEN coalesce(v.viewers, 0) ELSE coalesce(a.unique_viewers, 0) END,
     coalesce(p.plays, 0), coalesce(p.completed, 0), coalesce(p.seconds, 0),
     CASE WHEN r.version >= coalesce(a.rating_version, 0) THEN r.average ELSE a.average_rating END,
     CASE WHEN r.version >= coalesce(a.rating_version, 0) THEN r.count ELSE a.rating_count END,
     greatest(coalesce(r.version, 0), coalesce(a.rating_version, 0)),
     coalesce(a.new_favourites, 0)
   FROM days LEFT JOIN content_analytics AS a USING (content_id, day) LEFT JOIN viewed AS v USING (content_id, day)
     LEFT JOIN played AS p USING (content_id, day) LEFT JOIN rebuild_ratings AS r USING (content_id, day)`,
)

const figures = [
  'views',
  'unique_viewers',
  'plays',
  'completed_plays',
  'seconds_watched',
  'average_rating',
  'rating_count',
  'rating_version',
]
const sides = (side: string) => figures.map((name) => `${side}.${name}`).join(', ')

const differingDays = `SELECT b.* FROM rebuild_days AS b LEFT JOIN content_analytics AS a USING (content_id, day)
  WHERE (${sides('b')}) IS DISTINCT FROM (${sides('a')})`
const swapDays = sql(
  'rebuild.swap-days',
  `INSERT INTO content_analytics AS a (content_id, day, ${figures.join(', ')})
   SELECT content_id, day, ${figures.join(', ')} FROM (${differingDays}) AS b
   ON CONFLICT (content_id, day) DO UPDATE SET ${figures.map((name) => `${name} = excluded.${name}`).join(', ')}`,
)
const dropViewers = sql(
  'rebuild.drop-viewers',
  `DELETE FROM content_day_viewers AS d WHERE day >= $1 AND NOT EXISTS (
     SELECT FROM (${counted}) AS v WHERE (v.content_id, v.day, v.viewer_key) = (d.content_id, d.day, d.viewer_key))
   RETURNING content_id`,
)
const addViewers = sql(
  'rebuild.add-viewers',
  `INSERT INTO content_day_viewers (content_id, day, viewer_key)
   SELECT DISTINCT content_id, day, viewer_key FROM (${counted}) AS v ON CONFLICT DO NOTHING RETURNING content_id`,
)

const played = `SELECT content_id, user_id, count(*) AS plays, max(watched_at) AS last_watched_at
  FROM user_watch_history GROUP BY 1, 2`
const dropAudience = sql(
  'rebuild.drop-audience',
  `WITH played AS (${played}), gone AS (
     DELETE FROM content_viewers AS v WHERE NOT EXISTS (
       SELECT FROM played AS p WHERE (p.content_id, p.user_id) = (v.content_id, v.user_id)) RETURNING content_id
   ), titles AS (
     DELETE FROM content_audience AS a WHERE NOT EXISTS (SELECT FROM played AS p WHERE p.content_id = a.content_id)
     RETURNING content_id
   ) SELECT content_id FROM gone UNION ALL SELECT content_id FROM titles`,
)
const keepAudience = sql(
  'rebuild.keep-audience',
  `WITH played AS (${played}), viewers AS (
     INSERT INTO content_viewers AS v (content_id, user_id, plays, last_watched_at) SELECT * FROM played
     ON CONFLICT (content_id, user_id) DO UPDATE SET plays = excluded.plays, last_watched_at = excluded.last_watched_at
     WHERE (v.plays, v.last_watched_at) IS DISTINCT FROM (excluded.plays, excluded.last_watched_at)
     RETURNING content_id
   ), titles AS (
     INSERT INTO content_audience AS a (content_id, viewers, plays)
     SELECT content_id, count(*), sum(plays)::bigint FROM played GROUP BY 1
     ON CONFLICT (content_id) DO UPDATE SET viewers = excluded.viewers, plays = excluded.plays, updated_at = now()
     WHERE (a.viewers, a.plays) IS DISTINCT FROM (excluded.viewers, excluded.plays)
     RETURNING content_id
   ) SELECT content_id FROM viewers UNION ALL SELECT content_id FROM titles`,
)

export const statements = {
  missing,
  fillDays,
  swapDays,
  dropViewers,
  addViewers,
  dropAudience,
  keepAudience,
}

/** Keeps the live consumer and the writers of plays out until the transaction ends. @throws after 5 s in line */
export async function lockFigures(tx: Tx): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = '5s'`)
  await tx.query(`LOCK TABLE ${locked} IN SHARE ROW EXCLUSIVE MODE`)
}

/** Views that were counted, from a day on, and are not among those read anew. `firstId`: the least id of that day. */
export async function missingViews(tx: Tx, firstId: string): Promise<number> {
  return (await query<{ count: number }>(tx, missing, [firstId]))[0]!.count
}

export interface Compared {
  /** Titles and days. */
  built: number
  differing: number
}

/** Builds the figures of every title and day anew; those of days before `fromDay` keep their views. */
export async function buildDays(tx: Tx, fromDay: string): Promise<Compared> {
  await tx.query('DROP TABLE IF EXISTS rebuild_days')
  await tx.query(makeDays)
  await query(tx, fillDays, [fromDay])
  const { rows } = await tx.query<Compared>(
    `SELECT (SELECT count(*) FROM rebuild_days) AS built, (SELECT count(*) FROM (${differingDays}) AS d) AS differing`,
  )
  return rows[0]!
}

/** Puts what was built in the place of what is there: only rows that differ are written, so the replica is sent no more. */
export async function swapFigures(tx: Tx, fromDay: string): Promise<{ others: number }> {
  await query(tx, swapDays)
  let others = 0
  for (const statement of [dropViewers, addViewers]) others += (await query(tx, statement, [fromDay])).length
  for (const statement of [dropAudience, keepAudience]) others += (await query(tx, statement)).length
  await tx.query('DROP TABLE rebuild_days')
  return { others }
}
