import { query, sql, type Tx } from '@marquee/postgres'

/** What the daily figures take from a row of the watch history. */
export interface CountedPlay {
  contentId: string
  watchedAt: Date
  /** Seconds. */
  watchDuration: number
  completed: boolean
}

// Sorted, so that two writers cannot wait for each other.
const add = sql(
  'analytics.add-plays',
  `INSERT INTO content_analytics AS a (content_id, day, plays, completed_plays, seconds_watched)
   SELECT content_id, (watched_at AT TIME ZONE 'UTC')::date AS day, count(*), count(*) FILTER (WHERE completed), sum(seconds)
   FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::boolean[]) AS play (content_id, watched_at, seconds, completed)
   GROUP BY 1, 2 ORDER BY 1, 2
   ON CONFLICT (content_id, day) DO UPDATE SET plays = a.plays + excluded.plays,
     completed_plays = a.completed_plays + excluded.completed_plays,
     seconds_watched = a.seconds_watched + excluded.seconds_watched`,
)

/**
 * Adds plays to the figures of their UTC days, in the transaction that writes the plays. Once per transaction, with all of its plays:
 * rows are locked in order within a call only.
 */
export async function countPlays(tx: Tx, plays: readonly CountedPlay[]): Promise<void> {
  if (plays.length === 0) return
  await query(tx, add, [
    plays.map(({ contentId }) => contentId),
    plays.map(({ watchedAt }) => watchedAt),
    plays.map(({ watchDuration }) => watchDuration),
    plays.map(({ completed }) => completed),
  ])
}
