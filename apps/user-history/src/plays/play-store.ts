import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { v7 as uuidv7 } from 'uuid'
import { countPlay } from '../analytics/count-play-store.js'

/** Names a sitting. */
export interface SessionKey {
  userId: string
  sessionId: string
  episodeId: string
}

interface Play {
  contentId: string
  watchedAt: Date
  watchDuration: number
  completed: boolean
}

// Closing, the play and its audience are one: there is no play of an open session, and no second one of a closed session.
const close = sql(
  'plays.close-session',
  `WITH session AS (
     UPDATE playback_sessions SET closed_at = now(), play_id = $4
     WHERE user_id = $1 AND session_id = $2 AND episode_id = $3 AND closed_at IS NULL
     RETURNING user_id, content_id, episode_id, run, started_at, watched, completed, device, quality, subtitles
   ), play AS (
     INSERT INTO user_watch_history (id, user_id, content_id, episode_id, run, watched_at, watch_duration, completed,
       device_info, quality_watched, subtitles_used, source)
     SELECT $4, user_id, content_id, episode_id, run, started_at, round(watched)::integer, completed, device, quality, subtitles,
       'player' FROM session
     RETURNING user_id, content_id, watched_at, watch_duration, completed
   ), viewer AS (
     INSERT INTO content_viewers AS v (content_id, user_id, plays, last_watched_at)
     SELECT content_id, user_id, 1, watched_at FROM play
     ON CONFLICT (content_id, user_id) DO UPDATE SET plays = v.plays + 1,
       last_watched_at = greatest(v.last_watched_at, excluded.last_watched_at)
     RETURNING content_id, plays
   ), audience AS (
     INSERT INTO content_audience AS a (content_id, viewers, plays)
     SELECT content_id, (plays = 1)::integer, 1 FROM viewer
     ON CONFLICT (content_id) DO UPDATE SET viewers = a.viewers + excluded.viewers, plays = a.plays + 1, updated_at = now()
   )
   SELECT content_id AS "contentId", watched_at AS "watchedAt", watch_duration AS "watchDuration", completed FROM play`,
)

// Idle by the time of its reports, and quiet by their receipt: what is being handed in later is not over yet.
const idle = `closed_at IS NULL AND latest_at < now() - $1 * interval '1 millisecond'
  AND received_at < now() - $2 * interval '1 millisecond'`
const idleSessions = sql(
  'plays.idle-sessions',
  `SELECT user_id AS "userId", session_id AS "sessionId", episode_id AS "episodeId", content_id AS "contentId"
   FROM playback_sessions WHERE ${idle} ORDER BY latest_at LIMIT $3`,
)
const isIdle = sql(
  'plays.is-idle',
  `SELECT count(*) AS count FROM playback_sessions WHERE ${idle} AND user_id = $3 AND session_id = $4 AND episode_id = $5`,
)

export const statements = { close, idleSessions, isIdle }

/** Milliseconds without a report by their own time, and without receiving one. */
export interface Idle {
  idleMs: number
  quietMs: number
}

/** Sessions that are over, the oldest first. */
export function findIdle(
  db: Db,
  { idleMs, quietMs }: Idle,
  limit: number,
): Promise<(SessionKey & { contentId: string })[]> {
  return query(db, idleSessions, [idleMs, quietMs, limit])
}

/** Closes a session that is still idle. Under the lock of its title, so that no report comes in between. */
export async function closeIfIdle(tx: Tx, { idleMs, quietMs }: Idle, session: SessionKey): Promise<boolean> {
  const { userId, sessionId, episodeId } = session
  const [found] = await query<{ count: number }>(tx, isIdle, [idleMs, quietMs, userId, sessionId, episodeId])
  return found?.count === 1 && (await closeSession(tx, session))
}

/** Makes the one play of a session and closes it. False: it is closed already. */
export async function closeSession(tx: Tx, { userId, sessionId, episodeId }: SessionKey): Promise<boolean> {
  const [play] = await query<Play>(tx, close, [userId, sessionId, episodeId, uuidv7()])
  if (play) await countPlay(tx, play)
  return play !== undefined
}
