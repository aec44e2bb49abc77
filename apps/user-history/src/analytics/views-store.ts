import { type Db, onceEach, query, sql, type Tx } from '@marquee/postgres'

/** One `content.viewed`, by its event id. */
export interface View {
  id: string
  contentId: string
  /** UTC day, YYYY-MM-DD. */
  day: string
  viewerKey: string
}

/** Longer than views are in their topic (35 days). A view of an older day is counted, its viewer is not, who may have been before. */
export const viewerDays = 40
const oldestDay = `(now() AT TIME ZONE 'UTC')::date - ${viewerDays}`

// Every statement touches its rows in the order of their keys, so that two writers cannot wait for each other.
const keepViewers = sql(
  'analytics.keep-viewers',
  `WITH fresh AS (
     INSERT INTO content_day_viewers (content_id, day, viewer_key)
     SELECT DISTINCT content_id, day, viewer_key FROM unnest($1::uuid[], $2::date[], $3::text[]) AS v (content_id, day, viewer_key)
     WHERE day >= ${oldestDay} ORDER BY 1, 2, 3
     ON CONFLICT DO NOTHING RETURNING content_id, day
   ) SELECT content_id AS "contentId", day, count(*) AS viewers FROM fresh GROUP BY 1, 2`,
)
const addViews = sql(
  'analytics.add-views',
  `INSERT INTO content_analytics AS a (content_id, day, views, unique_viewers)
   SELECT content_id, day, sum(views), sum(viewers)
   FROM unnest($1::uuid[], $2::date[], $3::bigint[], $4::bigint[]) AS v (content_id, day, views, viewers)
   GROUP BY 1, 2 ORDER BY 1, 2
   ON CONFLICT (content_id, day) DO UPDATE SET views = a.views + excluded.views,
     unique_viewers = a.unique_viewers + excluded.unique_viewers`,
)
const prune = sql('analytics.prune-viewers', `DELETE FROM content_day_viewers WHERE day < ${oldestDay}`)

/**
 * Adds the views that `consumer` has not had before to their days, in one transaction with the memory of their ids.
 * @returns how many were new
 */
export async function countViews(tx: Tx, consumer: string, views: readonly View[]): Promise<number> {
  const ids = views.map(({ id }) => id)
  const fresh = await onceEach(tx, consumer, ids)
  const counted = views.filter(({ id }, n) => fresh.has(id) && ids.indexOf(id) === n)
  if (counted.length === 0) return 0
  const contents = counted.map(({ contentId }) => contentId)
  const days = counted.map(({ day }) => day)
  const keys = counted.map(({ viewerKey }) => viewerKey)
  const viewers = await query<{ contentId: string; day: string; viewers: number }>(tx, keepViewers, [
    contents,
    days,
    keys,
  ])
  await query(tx, addViews, [
    [...contents, ...viewers.map(({ contentId }) => contentId)],
    [...days, ...viewers.map(({ day }) => day)],
    [...contents.map(() => 1), ...viewers.map(() => 0)],
    [...contents.map(() => 0), ...viewers.map((row) => row.viewers)],
  ])
  return counted.length
}

/** Forgets who viewed on days of which no view can come any more. */
export const pruneDayViewers = async (db: Db): Promise<void> => void (await query(db, prune))
