import type { ViewerState } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import type { Of } from '../progress/progress-store.js'

const utc = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

export const statements = {
  read: sql(
    'viewing.read',
    `SELECT json_build_object(
       'run', coalesce(t.run, 1),
       'episodes', (
         SELECT coalesce(json_agg(json_build_object('episodeId', p.episode_id, 'position', p.position, 'duration', p.duration,
           'completed', p.completed, 'updatedAt', ${utc('p.effective_at')}) ORDER BY p.effective_at DESC, p.episode_id), '[]')
         FROM user_progress AS p WHERE p.user_id = $1 AND p.content_id = $2 AND p.run = coalesce(t.run, 1)
       ),
       'plays', coalesce(v.plays, 0),
       'lastWatchedAt', ${utc('v.last_watched_at')}
     ) AS state
     FROM (SELECT) AS one
     LEFT JOIN user_titles AS t ON t.user_id = $1 AND t.content_id = $2
     LEFT JOIN content_viewers AS v ON v.user_id = $1 AND v.content_id = $2`,
  ),
}

/** What a viewer has of a title; of a title that nobody has heard of, nothing. */
export async function readViewing(db: Db, { userId, contentId }: Of): Promise<ViewerState> {
  const [row] = await query<{ state: ViewerState }>(db, statements.read, [userId, contentId])
  return row!.state
}
