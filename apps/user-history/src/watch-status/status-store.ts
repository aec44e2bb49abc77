import { type Db, query, sql, type Tx } from '@marquee/postgres'
import type { Said } from '../continue-watching/watching-store.js'
import type { Place } from '../pages.js'
import { at, changed, ms, type Of } from '../progress/progress-store.js'

const set = sql(
  'status.set',
  `WITH person AS (
     INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING
   )
   INSERT INTO user_watch_status (user_id, content_id, status, set_at, score, notes, started_at, completed_at)
   VALUES ($1, $2, $3, ${at('$4::bigint')}, $5, $6, ${at('$7::bigint')},
     CASE WHEN $3 = 'completed' THEN ${at('$4::bigint')} END)
   ON CONFLICT (user_id, content_id) DO UPDATE SET status = excluded.status, set_at = excluded.set_at, score = excluded.score,
     notes = excluded.notes, started_at = excluded.started_at, completed_at = excluded.completed_at, updated_at = now()`,
)
const begin = sql(
  'status.begin-rewatch',
  `WITH title AS (
     UPDATE user_titles AS t SET ${changed('t')} WHERE user_id = $1 AND content_id = $2
   )
   INSERT INTO title_rewatches (user_id, content_id, begun_at) VALUES ($1, $2, ${at('$3')})`,
)
const begun = sql(
  'status.rewatches',
  `SELECT ${ms('begun_at')} AS at FROM title_rewatches WHERE user_id = $1 AND content_id = $2`,
)
const page = sql(
  'status.page',
  `SELECT content_id AS "contentId", ${ms('latest')} AS at FROM (
     SELECT content_id, greatest(u.latest_at, s.set_at) AS latest
     FROM (SELECT content_id, latest_at FROM user_titles WHERE user_id = $1) AS u
       FULL JOIN (SELECT content_id, set_at FROM user_watch_status WHERE user_id = $1) AS s USING (content_id)
   ) AS title
   WHERE ((latest, content_id) < (${at('$2')}, $3::uuid)) IS NOT FALSE ORDER BY latest DESC, content_id DESC LIMIT $4`,
)

export const statements = { set, begin, begun, page }

/** Under `lockTitle`. */
export async function setStatus(
  tx: Tx,
  { userId, contentId }: Of,
  { status, at, score, notes }: Said,
  startedAt: number | null,
): Promise<void> {
  await query(tx, set, [userId, contentId, status, at, score, notes, startedAt])
}

/** Keeps that a further run began then, milliseconds. Under `lockTitle`. @returns when all of them did */
export async function keepRewatch(tx: Tx, { userId, contentId }: Of, at: number): Promise<number[]> {
  await query(tx, begin, [userId, contentId, at])
  return (await query<{ at: number }>(tx, begun, [userId, contentId])).map((one) => one.at)
}

/** Titles that the viewer watched or set a status of, what was last first. */
export const readPlaces = (db: Db, userId: string, below: Place | null, limit: number): Promise<Place[]> =>
  query(db, page, [userId, below?.at ?? null, below?.contentId ?? null, limit])
