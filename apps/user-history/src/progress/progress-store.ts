import { type Db, query, sql, type Tx } from '@marquee/postgres'
import type { EpisodeState, Surroundings, TitleState } from './progress-rules.js'
import type { Report } from './report-rules.js'
import type { SessionState } from './session-rules.js'

/* Times are milliseconds here and timestamptz(3) in the tables, which is the same instant. */

export const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
export const at = (value: string) => `to_timestamp(${value} / 1000.0)`

export const sessionJson = (
  s: string,
) => `json_build_object('sessionId', ${s}.session_id, 'episodeId', ${s}.episode_id,
  'run', ${s}.run, 'startedAt', ${ms(`${s}.started_at`)}, 'latestAt', ${ms(`${s}.latest_at`)},
  'lastSequence', ${s}.last_sequence, 'lastAt', ${ms(`${s}.last_at`)}, 'lastPosition', ${s}.last_position,
  'watched', ${s}.watched, 'completed', ${s}.completed, 'stopped', ${s}.stopped, 'device', ${s}.device,
  'quality', ${s}.quality, 'subtitles', ${s}.subtitles)`
export const episodeJson = (
  p: string,
) => `json_build_object('episodeId', ${p}.episode_id, 'run', ${p}.run, 'position', ${p}.position,
  'duration', ${p}.duration, 'completed', ${p}.completed, 'rule', ${p}.rule, 'sessionId', ${p}.session_id,
  'sequence', ${p}.sequence, 'effectiveAt', ${ms(`${p}.effective_at`)})`
export const reportJson = (
  r: string,
) => `json_build_object('episodeId', ${r}.episode_id, 'sessionId', ${r}.session_id, 'sequence', ${r}.sequence,
  'effectiveAt', ${ms(`${r}.effective_at`)}, 'position', ${r}.position, 'duration', ${r}.duration, 'rule', ${r}.rule,
  'state', ${r}.state, 'restart', ${r}.restart, 'device', ${r}.device, 'quality', ${r}.quality, 'subtitles', ${r}.subtitles)`

/** What a change of a viewer's title sets besides: what was found of its place in his list holds no longer. */
export const changed = (t: string) =>
  `heard_at = now(), revision = ${t}.revision + 1, memo_version = NULL, memo_for = NULL, memo_at = NULL`

const words = (text: string) => text.split(' ')
const ofSession = words(
  'run started_at latest_at last_sequence last_at last_position watched completed stopped device quality subtitles',
)
const ofEpisode = words('position duration completed rule session_id sequence effective_at')
const assign = (columns: string[]) => columns.map((name) => `${name} = excluded.${name}`).join(', ')
const tuple = (row: string, columns: string[]) => `(${columns.map((name) => `${row}.${name}`).join(', ')})`
const differs = (row: string, columns: string[]) =>
  `${tuple(row, columns)} IS DISTINCT FROM ${tuple('excluded', columns)}`
const heardOf = '(s.session_id, s.episode_id) IN (SELECT * FROM unnest($7::text[], $8::uuid[]))'

export const statements = {
  // Whatever the server's default: what we have answered outlives a crash.
  lock: sql(
    'progress.lock',
    `SELECT set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock(hashtextextended('progress ' || $1 || ' ' || $2, 0))`,
  ),
  begin: sql(
    'progress.begin',
    `WITH told AS (
       SELECT * FROM json_to_recordset($3) AS n ("episodeId" uuid, "sessionId" text, sequence bigint, "effectiveAt" bigint,
         position double precision, duration double precision, rule text, state text, restart boolean, device text,
         quality text, subtitles text)
     ), kept AS (
       INSERT INTO progress_reports (user_id, content_id, episode_id, session_id, sequence, effective_at, position, duration,
         rule, state, restart, device, quality, subtitles)
       SELECT $1, $2, "episodeId", "sessionId", sequence, ${at('"effectiveAt"')}, position, duration, rule, state, restart,
         device, quality, subtitles FROM told
       ON CONFLICT DO NOTHING RETURNING session_id AS "sessionId", episode_id AS "episodeId", sequence
     )
     SELECT (SELECT coalesce(json_agg(kept), '[]') FROM kept) AS kept,
       (SELECT json_build_object('run', t.run, 'latestAt', ${ms('t.latest_at')}) FROM user_titles AS t
        WHERE t.user_id = $1 AND t.content_id = $2) AS title,
       (SELECT coalesce(json_agg(${ms('b.begun_at')}), '[]') FROM title_rewatches AS b
        WHERE b.user_id = $1 AND b.content_id = $2) AS begun,
       (SELECT coalesce(json_agg(json_build_object('state', ${sessionJson('s')}, 'closed', s.closed_at IS NOT NULL)), '[]')
        FROM (SELECT DISTINCT "sessionId", "episodeId" FROM told) AS n
        JOIN playback_sessions AS s ON s.session_id = n."sessionId" AND s.episode_id = n."episodeId"
        WHERE s.user_id = $1) AS sessions,
       (SELECT coalesce(json_agg(${episodeJson('p')}), '[]') FROM user_progress AS p
        WHERE p.user_id = $1 AND p.episode_id IN (SELECT "episodeId" FROM told)) AS episodes`,
  ),
  reports: sql(
    'progress.reports',
    `SELECT ${reportJson('r')} AS report FROM progress_reports AS r WHERE r.user_id = $1 AND r.content_id = $2`,
  ),
  write: sql(
    'progress.write',
    `WITH person AS (
       INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING
     ), title AS (
       INSERT INTO user_titles AS t (user_id, content_id, run, latest_at, started_at)
       VALUES ($1, $2, $3, ${at('$4::bigint')}, ${at('$9::bigint')})
       ON CONFLICT (user_id, content_id) DO UPDATE SET run = excluded.run, latest_at = excluded.latest_at,
         started_at = least(t.started_at, excluded.started_at), ${changed('t')}
     ), sessions AS (
       INSERT INTO playback_sessions AS s (user_id, content_id, session_id, episode_id, run, started_at, latest_at, last_sequence,
         last_at, last_position, watched, completed, stopped, device, quality, subtitles, received_at)
       SELECT $1, $2, n."sessionId", n."episodeId", n.run, ${at('n."startedAt"')}, ${at('n."latestAt"')}, n."lastSequence",
         ${at('n."lastAt"')}, n."lastPosition", n.watched, n.completed, n.stopped, n.device, n.quality, n.subtitles, now()
       FROM json_to_recordset($5) AS n ("sessionId" text, "episodeId" uuid, run integer, "startedAt" bigint, "latestAt" bigint,
         "lastSequence" bigint, "lastAt" bigint, "lastPosition" double precision, watched double precision, completed boolean,
         stopped boolean, device text, quality text, subtitles text)
       ON CONFLICT (user_id, session_id, episode_id) DO UPDATE SET ${assign(ofSession)},
         received_at = CASE WHEN ${heardOf} THEN now() ELSE s.received_at END
       WHERE ${heardOf} OR ${differs('s', ofSession)}
     )
     INSERT INTO user_progress AS p (user_id, content_id, episode_id, run, position, duration, completed, rule, session_id,
       sequence, effective_at)
     SELECT $1, $2, n."episodeId", n.run, n.position, n.duration, n.completed, n.rule, n."sessionId", n.sequence,
       ${at('n."effectiveAt"')}
     FROM json_to_recordset($6) AS n ("episodeId" uuid, run integer, position double precision, duration double precision,
       completed boolean, rule text, "sessionId" text, sequence bigint, "effectiveAt" bigint)
     ON CONFLICT (user_id, episode_id, run) DO UPDATE SET ${assign(ofEpisode)} WHERE ${differs('p', ofEpisode)}`,
  ),
  dropOthers: sql(
    'progress.drop-others',
    `DELETE FROM user_progress WHERE user_id = $1 AND content_id = $2 AND NOT EXISTS (
       SELECT FROM unnest($3::uuid[], $4::integer[]) AS kept (episode_id, run)
       WHERE kept.episode_id = user_progress.episode_id AND kept.run = user_progress.run
     )`,
  ),
}

/** Whose reports of which title. */
export interface Of {
  userId: string
  contentId: string
}

/** One at a time for a viewer and a title, to the end of the transaction. */
export async function lockTitle(tx: Tx, { userId, contentId }: Of): Promise<void> {
  await query(tx, statements.lock, [userId, contentId])
}

type Named = Pick<Report, 'sessionId' | 'episodeId' | 'sequence'>
type Heard = Named & Pick<Report, 'effectiveAt'>

/** What was known before some reports. */
export interface Known {
  /** Those that are new; of the others a report of that name had been received before, and stays. */
  kept: Named[]
  title: Surroundings['title'] | null
  /** When the viewer began runs by his word. */
  begun: number[]
  /** Those that the reports belong to. */
  sessions: { state: SessionState; closed: boolean }[]
  /** Of all runs, the episodes that the reports are of. */
  episodes: EpisodeState[]
}

/** Keeps reports (no two of one name), and tells what was known before them. Under `lockTitle`. */
export async function beginReports(tx: Tx, { userId, contentId }: Of, reports: Report[]): Promise<Known> {
  const [known] = await query<Known>(tx, statements.begin, [userId, contentId, JSON.stringify(reports)])
  return known!
}

/** All reports of the title that are kept, in no order. */
export async function readReports(db: Db, { userId, contentId }: Of): Promise<Report[]> {
  const rows = await query<{ report: Report }>(db, statements.reports, [userId, contentId])
  return rows.map(({ report }) => report)
}

/** Writes these parts of a title's state; others stay. The sessions of `reports` have been heard of just now. */
export async function writeState(tx: Tx, of: Of, state: TitleState, reports: Heard[]): Promise<void> {
  await query(tx, statements.write, [
    of.userId,
    of.contentId,
    state.run,
    state.latestAt,
    JSON.stringify(state.sessions),
    JSON.stringify(state.episodes),
    reports.map(({ sessionId }) => sessionId),
    reports.map(({ episodeId }) => episodeId),
    reports.reduce((first, { effectiveAt }) => Math.min(first, effectiveAt), state.latestAt),
  ])
}

/** Forgets progress that is no part of the title's whole state any more: its reports came to belong to other runs. */
export async function dropOthers(tx: Tx, of: Of, { episodes }: TitleState): Promise<void> {
  await query(tx, statements.dropOthers, [
    of.userId,
    of.contentId,
    episodes.map(({ episodeId }) => episodeId),
    episodes.map(({ run }) => run),
  ])
}
