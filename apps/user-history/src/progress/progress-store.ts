import { type Db, query, sql, type Tx } from '@marquee/postgres'
import type { EpisodeState, Surroundings, TitleState } from './progress-rules.js'
import type { Report } from './report-rules.js'
import { type SessionState, sessionKey } from './session-rules.js'

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

const told = `json_to_recordset($1) AS n ("userId" uuid, "contentId" uuid, "episodeId" uuid, "sessionId" text, sequence bigint,
  "effectiveAt" bigint, position double precision, duration double precision, rule text, state text, restart boolean, device text,
  quality text, subtitles text)`
const ofTitle = (alias: string) => `${alias}.user_id = n."userId" AND ${alias}.content_id = n."contentId"`
const ofSame = 'o."userId" = n."userId" AND o."contentId" = n."contentId"'

export const statements = {
  // Whatever the server's default: what we have answered outlives a crash. In one order, so that two cannot wait for each other.
  lock: sql(
    'progress.lock',
    `SELECT set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock(key) FROM (
       SELECT DISTINCT hashtextextended('progress ' || user_id || ' ' || content_id, 0) AS key
       FROM unnest($1::text[], $2::text[]) AS title (user_id, content_id) ORDER BY key
     ) AS titles`,
  ),
  begin: sql(
    'progress.begin',
    `WITH told AS (
       SELECT * FROM ${told}
     ), kept AS (
       INSERT INTO progress_reports (user_id, content_id, episode_id, session_id, sequence, effective_at, position, duration,
         rule, state, restart, device, quality, subtitles)
       SELECT "userId", "contentId", "episodeId", "sessionId", sequence, ${at('"effectiveAt"')}, position, duration, rule, state,
         restart, device, quality, subtitles FROM told
       ON CONFLICT DO NOTHING RETURNING user_id, content_id, session_id, episode_id, sequence
     )
     SELECT n."userId", n."contentId",
       (SELECT coalesce(json_agg(json_build_object('sessionId', k.session_id, 'episodeId', k.episode_id, 'sequence', k.sequence)), '[]')
        FROM kept AS k WHERE ${ofTitle('k')}) AS kept,
       (SELECT json_build_object('run', t.run, 'latestAt', ${ms('t.latest_at')}) FROM user_titles AS t
        WHERE ${ofTitle('t')}) AS title,
       (SELECT coalesce(json_agg(${ms('b.begun_at')}), '[]') FROM title_rewatches AS b WHERE ${ofTitle('b')}) AS begun,
       (SELECT coalesce(json_agg(json_build_object('state', ${sessionJson('s')}, 'closed', s.closed_at IS NOT NULL)), '[]')
        FROM (SELECT DISTINCT o."sessionId", o."episodeId" FROM told AS o WHERE ${ofSame}) AS o
          JOIN playback_sessions AS s
            ON s.user_id = n."userId" AND s.session_id = o."sessionId" AND s.episode_id = o."episodeId") AS sessions,
       (SELECT coalesce(json_agg(${episodeJson('p')}), '[]')
        FROM (SELECT DISTINCT o."episodeId" FROM told AS o WHERE ${ofSame}) AS o
          JOIN user_progress AS p ON p.user_id = n."userId" AND p.episode_id = o."episodeId") AS episodes
     FROM (SELECT DISTINCT "userId", "contentId" FROM told) AS n`,
  ),
  reports: sql(
    'progress.reports',
    `SELECT ${reportJson('r')} AS report FROM progress_reports AS r WHERE r.user_id = $1 AND r.content_id = $2`,
  ),
  // A session that was not heard of just now is there already, and keeps when it was.
  write: sql(
    'progress.write',
    `WITH titles AS (
       SELECT * FROM json_to_recordset($1) AS n ("userId" uuid, "contentId" uuid, run integer, "latestAt" bigint, "firstAt" bigint)
     ), person AS (
       INSERT INTO users (id) SELECT DISTINCT "userId" FROM titles ORDER BY 1 ON CONFLICT DO NOTHING
     ), title AS (
       INSERT INTO user_titles AS t (user_id, content_id, run, latest_at, started_at)
       SELECT "userId", "contentId", run, ${at('"latestAt"')}, ${at('"firstAt"')} FROM titles ORDER BY 1, 2
       ON CONFLICT (user_id, content_id) DO UPDATE SET run = excluded.run, latest_at = excluded.latest_at,
         started_at = least(t.started_at, excluded.started_at), ${changed('t')}
     ), sessions AS (
       INSERT INTO playback_sessions AS s (user_id, content_id, session_id, episode_id, run, started_at, latest_at, last_sequence,
         last_at, last_position, watched, completed, stopped, device, quality, subtitles, received_at)
       SELECT n."userId", n."contentId", n."sessionId", n."episodeId", n.run, ${at('n."startedAt"')}, ${at('n."latestAt"')},
         n."lastSequence", ${at('n."lastAt"')}, n."lastPosition", n.watched, n.completed, n.stopped, n.device, n.quality,
         n.subtitles, CASE WHEN n.heard THEN now() ELSE '-infinity' END
       FROM json_to_recordset($2) AS n ("userId" uuid, "contentId" uuid, "sessionId" text, "episodeId" uuid, run integer,
         "startedAt" bigint, "latestAt" bigint, "lastSequence" bigint, "lastAt" bigint, "lastPosition" double precision,
         watched double precision, completed boolean, stopped boolean, device text, quality text, subtitles text, heard boolean)
       ORDER BY 1, 3, 4
       ON CONFLICT (user_id, session_id, episode_id) DO UPDATE SET ${assign(ofSession)},
         received_at = greatest(s.received_at, excluded.received_at)
       WHERE excluded.received_at > '-infinity' OR ${differs('s', ofSession)}
     )
     INSERT INTO user_progress AS p (user_id, content_id, episode_id, run, position, duration, completed, rule, session_id,
       sequence, effective_at)
     SELECT n."userId", n."contentId", n."episodeId", n.run, n.position, n.duration, n.completed, n.rule, n."sessionId",
       n.sequence, ${at('n."effectiveAt"')}
     FROM json_to_recordset($3) AS n ("userId" uuid, "contentId" uuid, "episodeId" uuid, run integer, position double precision,
       duration double precision, completed boolean, rule text, "sessionId" text, sequence bigint, "effectiveAt" bigint)
     ORDER BY 1, 3, 4
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

/** One at a time for a viewer and a title, to the end of the transaction. Several are locked by one call, or there are deadlocks. */
export async function lockTitles(tx: Tx, titles: readonly Of[]): Promise<void> {
  await query(tx, statements.lock, [
    titles.map(({ userId }) => userId),
    titles.map(({ contentId }) => contentId),
  ])
}
export const lockTitle = (tx: Tx, of: Of): Promise<void> => lockTitles(tx, [of])

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

/** Keeps reports (no two of one name), and tells what was known before them of each title that they are of. Under its lock. */
export const beginReports = (tx: Tx, reports: readonly (Of & Report)[]): Promise<(Of & Known)[]> =>
  query<Of & Known>(tx, statements.begin, [JSON.stringify(reports)])

/** All reports of the title that are kept, in no order. */
export async function readReports(db: Db, { userId, contentId }: Of): Promise<Report[]> {
  const rows = await query<{ report: Report }>(db, statements.reports, [userId, contentId])
  return rows.map(({ report }) => report)
}

/** Parts of a title's state, and the reports from which they come: their sessions have been heard of just now. */
export interface Written {
  of: Of
  state: TitleState
  reports: readonly Heard[]
}

/** Writes these parts of the states of titles; others stay. */
export async function writeStates(tx: Tx, written: readonly Written[]): Promise<void> {
  const titles = written.map(({ of, state, reports }) => ({
    ...of,
    run: state.run,
    latestAt: state.latestAt,
    firstAt: reports.reduce((first, { effectiveAt }) => Math.min(first, effectiveAt), state.latestAt),
  }))
  const sessions = written.flatMap(({ of, state, reports }) => {
    const heard = new Set(reports.map(sessionKey))
    return state.sessions.map((one) => ({ ...of, ...one, heard: heard.has(sessionKey(one)) }))
  })
  const episodes = written.flatMap(({ of, state }) => state.episodes.map((one) => ({ ...of, ...one })))
  await query(
    tx,
    statements.write,
    [titles, sessions, episodes].map((rows) => JSON.stringify(rows)),
  )
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
