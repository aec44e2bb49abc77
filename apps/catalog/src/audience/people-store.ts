import { type Db, query, sql } from '@marquee/postgres'
import { instant } from '../content/instant.js'
import { type Listed, type Place, summaryOf } from '../content/listing-store.js'
import { type Answered, checked, state } from './state-store.js'

/*
 * The page comes first, on its own: its filter, order and limit are then the remote server's work, and only its rows are joined to
 * the projections. Joined plainly the whole remote table would come here. Rows are compared in two steps, because postgres_fdw
 * does not send `(a, b) < (c, d)` on.
 */
const behind = (key: string, time: string, id: string) =>
  `${key} <= ${time} AND (${key} < ${time} OR id < ${id})`

const episode = `CASE WHEN e.id IS NOT NULL THEN row_to_json((SELECT item FROM (
    SELECT e.id, e.season_number AS "seasonNumber", e.number, e.title) AS item)) END`
const play = `row_to_json((SELECT item FROM (SELECT p.id, ${instant('p.watched_at')} AS "watchedAt",
    p.watch_duration AS "watchDuration", p.completed, p.run,
    CASE WHEN l.id IS NOT NULL THEN ${summaryOf('l')} END AS content, ${episode} AS episode) AS item))::text`

export const statements = {
  ids: sql(
    'users.ids',
    `WITH state AS MATERIALIZED (${state}), page AS MATERIALIZED (
       SELECT id, created_at FROM users WHERE ${behind('created_at', '$1::timestamptz', '$2::uuid')}
       ORDER BY created_at DESC, id DESC LIMIT $3
     )
     SELECT state.source, state."ageMs", p.id, p.created_at AS key FROM state LEFT JOIN page AS p ON true
     ORDER BY p.created_at DESC, p.id DESC`,
  ),
  history: sql(
    'watch-history.page',
    `WITH state AS MATERIALIZED (${state}), page AS MATERIALIZED (
       SELECT id, content_id, episode_id, run, watched_at, watch_duration, completed FROM user_watch_history
       WHERE user_id = $1 AND ${behind('watched_at', '$2::timestamptz', '$3::uuid')}
       ORDER BY watched_at DESC, id DESC LIMIT $4
     )
     SELECT state.source, state."ageMs", p.id, p.watched_at AS key, ${play} AS item FROM state LEFT JOIN page AS p ON true
     LEFT JOIN content_listing AS l ON l.id = p.content_id LEFT JOIN episode_listing AS e ON e.id = p.episode_id
     ORDER BY p.watched_at DESC, p.id DESC`,
  ),
}

const newest: Place = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

export interface Page<Row> extends Answered {
  rows: Row[]
}

/** Newest first. @throws NotReady */
export const listUserIds = async (db: Db, after: Place | null, limit: number): Promise<Page<Listed>> =>
  pageOf(await query<Listed & Answered>(db, statements.ids, [...(after ?? newest), limit]))

export type Play = Listed & { item: string }

/** Plays of a user as finished JSON, the last one first; titles and episodes in the language as entered. @throws NotReady */
export const listPlays = async (
  db: Db,
  userId: string,
  after: Place | null,
  limit: number,
): Promise<Page<Play>> =>
  pageOf(await query<Play & Answered>(db, statements.history, [userId, ...(after ?? newest), limit]))

/** An empty page is one row that tells the state alone. */
function pageOf<Row extends Listed>(rows: (Row & Answered)[]): Page<Row> {
  const { source, ageMs } = checked(rows[0])
  return { source, ageMs, rows: rows.filter(({ id }) => id !== null) }
}
