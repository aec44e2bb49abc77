import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { v7 as uuidv7 } from 'uuid'
import { type CountedPlay, countPlays } from '../analytics/count-play-store.js'

/** Names a sitting. */
export interface SessionKey {
  userId: string
  sessionId: string
  episodeId: string
}

// Closing, the play and its audience are one: there is no play of an open session, and no second one of a closed session. Rows that
// others add to as well are taken in order. Who has no more plays of a title than came just now is new there.
const close = sql(
  'plays.close-sessions',
  `WITH session AS (
     UPDATE playback_sessions AS s SET closed_at = now(), play_id = asked.play_id
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS asked (user_id, session_id, episode_id, play_id)
     WHERE s.user_id = asked.user_id AND s.session_id = asked.session_id AND s.episode_id = asked.episode_id
       AND s.closed_at IS NULL
     RETURNING s.play_id, s.user_id, s.content_id, s.episode_id, s.run, s.started_at, s.watched, s.completed, s.device, s.quality,
       s.subtitles
   ), play AS (
     INSERT INTO user_watch_history (id, user_id, content_id, episode_id, run, watched_at, watch_duration, completed,
       device_info, quality_watched, subtitles_used, source)
     SELECT play_id, user_id, content_id, episode_id, run, started_at, round(watched)::integer, completed, device, quality, subtitles,
       'player' FROM session
     RETURNING user_id, content_id, watched_at, watch_duration, completed
   ), added AS (
     SELECT content_id, user_id, count(*) AS plays, max(watched_at) AS latest FROM play GROUP BY 1, 2
   ), viewer AS (
     INSERT INTO content_viewers AS v (content_id, user_id, plays, last_watched_at)
     SELECT content_id, user_id, plays, latest FROM added ORDER BY 1, 2
     ON CONFLICT (content_id, user_id) DO UPDATE SET plays = v.plays + excluded.plays,
       last_watched_at = greatest(v.last_watched_at, excluded.last_watched_at)
     RETURNING content_id, user_id, plays
   ), audience AS (
     INSERT INTO content_audience AS a (content_id, viewers, plays)
     SELECT content_id, count(*) FILTER (WHERE viewer.plays = added.plays), sum(added.plays)
     FROM viewer JOIN added USING (content_id, user_id) GROUP BY 1 ORDER BY 1
     ON CONFLICT (content_id) DO UPDATE SET viewers = a.viewers + excluded.viewers, plays = a.plays + excluded.plays,
       updated_at = now()
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
  return found?.count === 1 && (await closeSessions(tx, [session])) === 1
}

/**
 * Makes the one play of each session and closes it; of one that is closed already, nothing. Once per transaction, with all of its
 * sessions: rows are locked in order within a call only.
 * @returns how many were open
 */
export async function closeSessions(tx: Tx, sessions: readonly SessionKey[]): Promise<number> {
  if (sessions.length === 0) return 0
  const plays = await query<CountedPlay>(tx, close, [
    sessions.map(({ userId }) => userId),
    sessions.map(({ sessionId }) => sessionId),
    sessions.map(({ episodeId }) => episodeId),
    sessions.map(() => uuidv7()),
  ])
  await countPlays(tx, plays)
  return plays.length
}
