import { type Db, query, sql } from '@marquee/postgres'

interface DayFigures {
  plays: number
  completed: number
  /** Watched. */
  seconds: number
}
export interface AnalyticsComparison {
  /** Titles and days with plays, on either side. */
  days: number
  plays: number
  /** Views of all days, to hold against the counters of trending. */
  views: number
  differing: number
  /** The first of them, at most 20. */
  differ: { contentId: string; day: string; counted: DayFigures; played: DayFigures }[]
  agrees: boolean
}

const figures = (side: string) =>
  ['plays', 'completed', 'seconds']
    .map((name) => `coalesce(${side}.${name}, 0) AS ${side}_${name}`)
    .join(', ')

const compare = sql(
  'analytics.compare-plays',
  `WITH played AS (
     SELECT content_id, (watched_at AT TIME ZONE 'UTC')::date AS day, count(*) AS plays,
       count(*) FILTER (WHERE completed) AS completed, sum(watch_duration) AS seconds
     FROM user_watch_history GROUP BY 1, 2
   ), counted AS (
     SELECT content_id, day, plays, completed_plays AS completed, seconds_watched AS seconds
     FROM content_analytics WHERE (plays, completed_plays, seconds_watched) <> (0, 0, 0)
   ), days AS (
     SELECT content_id, day, ${figures('played')}, ${figures('counted')} FROM played FULL JOIN counted USING (content_id, day)
   ), differ AS (
     SELECT * FROM days
     WHERE (played_plays, played_completed, played_seconds) <> (counted_plays, counted_completed, counted_seconds)
   )
   SELECT (SELECT count(*) FROM days) AS days, (SELECT coalesce(sum(played_plays), 0) FROM days) AS plays,
     (SELECT coalesce(sum(views), 0) FROM content_analytics) AS views, (SELECT count(*) FROM differ) AS differing,
     (SELECT coalesce(json_agg(first), '[]') FROM (
       SELECT content_id AS "contentId", day,
         json_build_object('plays', counted_plays, 'completed', counted_completed, 'seconds', counted_seconds) AS counted,
         json_build_object('plays', played_plays, 'completed', played_completed, 'seconds', played_seconds) AS played
       FROM differ ORDER BY day, content_id LIMIT 20
     ) AS first) AS differ`,
)

/** Holds the daily figures against the plays they were counted from. One snapshot: plays written meanwhile make no difference. */
export async function compareAnalytics(db: Db): Promise<AnalyticsComparison> {
  const [found] = await query<Omit<AnalyticsComparison, 'agrees'>>(db, compare)
  return { ...found!, agrees: found!.differing === 0 }
}
