import { type Pool, query, sql, type Tx, transaction } from '@marquee/postgres'
import { type AnalyticsComparison, compareAnalytics } from '../analytics/compare-plays-store.js'
import { type TitleState, titleState } from '../progress/progress-rules.js'
import { episodeJson, ms, reportJson, sessionJson } from '../progress/progress-store.js'
import type { Report } from '../progress/report-rules.js'

/** How many of a kind are named. */
const named = 20
const pageSize = 200

interface Found {
  checked: number
  differing: number
  /** The first of them. */
  differ: object[]
}
export interface Reconciliation {
  /** Closed sessions against their plays. */
  plays: Found
  /** Figures of titles and viewers against the plays. */
  audience: Found
  /** Progress, runs and sessions against what the reports come to; by viewer and title. */
  progress: Found
  /** Daily figures against the plays. */
  analytics: Omit<AnalyticsComparison, 'agrees'>
  agrees: boolean
}

const found = (differ: string, checked: string) => `
  SELECT (${checked}) AS checked, (SELECT count(*) FROM ${differ}) AS differing,
    (SELECT coalesce(json_agg(first), '[]') FROM (SELECT * FROM ${differ} LIMIT ${named}) AS first) AS differ`

// Plays that were imported have no session.
const ofSessions = `source IN ('player', 'seed')`

export const statements = {
  plays: sql(
    'reconcile.plays',
    `WITH closed AS (
       SELECT user_id, session_id, episode_id, content_id, play_id FROM playback_sessions WHERE closed_at IS NOT NULL
     ), played AS (
       SELECT id, user_id, episode_id, content_id FROM user_watch_history WHERE ${ofSessions}
     ), differ AS (
       SELECT s.session_id AS "sessionId", s.play_id AS "sessionPlay", p.id AS "playId",
         coalesce(s.user_id, p.user_id) AS "userId", coalesce(s.episode_id, p.episode_id) AS "episodeId"
       FROM closed AS s FULL JOIN played AS p ON p.id = s.play_id
       WHERE (s.user_id, s.episode_id, s.content_id) IS DISTINCT FROM (p.user_id, p.episode_id, p.content_id)
     ), twice AS (
       SELECT NULL AS "sessionId", play_id AS "sessionPlay", NULL::uuid AS "playId", NULL::uuid AS "userId",
         NULL::uuid AS "episodeId"
       FROM closed GROUP BY play_id HAVING count(*) > 1
     ), all_of_them AS (SELECT * FROM differ UNION ALL SELECT * FROM twice)
     ${found('all_of_them', 'SELECT count(*) FROM played')}`,
  ),
  audience: sql(
    'reconcile.audience',
    `WITH played AS (
       SELECT content_id, user_id, count(*) AS plays, max(watched_at) AS last FROM user_watch_history GROUP BY 1, 2
     ), titles AS (
       SELECT content_id, count(*) AS viewers, sum(plays)::bigint AS plays FROM played GROUP BY 1
     ), differ AS (
       SELECT coalesce(a.content_id, t.content_id) AS "contentId", NULL::uuid AS "userId",
         json_build_array(a.viewers, a.plays) AS counted, json_build_array(t.viewers, t.plays) AS played
       FROM content_audience AS a FULL JOIN titles AS t USING (content_id)
       WHERE (coalesce(a.viewers, 0), coalesce(a.plays, 0)) <> (coalesce(t.viewers, 0), coalesce(t.plays, 0))
       UNION ALL
       SELECT coalesce(v.content_id, p.content_id), coalesce(v.user_id, p.user_id),
         json_build_array(v.plays, v.last_watched_at), json_build_array(p.plays, p.last)
       FROM content_viewers AS v FULL JOIN played AS p ON p.content_id = v.content_id AND p.user_id = v.user_id
       WHERE (v.plays, v.last_watched_at) IS DISTINCT FROM (p.plays, p.last)
     )
     ${found('differ', 'SELECT count(*) FROM titles')}`,
  ),
  // Of a title without a row of its own there should be nothing at all.
  strays: sql(
    'reconcile.strays',
    `WITH told AS (
       SELECT user_id, content_id FROM progress_reports UNION SELECT user_id, content_id FROM user_progress
       UNION SELECT user_id, content_id FROM playback_sessions UNION SELECT user_id, content_id FROM title_rewatches
     ), differ AS (
       SELECT user_id AS "userId", content_id AS "contentId" FROM told
       EXCEPT SELECT user_id, content_id FROM user_titles
     )
     ${found('differ', 'SELECT 0')}`,
  ),
  titles: sql(
    'reconcile.titles',
    `WITH page AS (
       SELECT * FROM user_titles WHERE (user_id, content_id) > ($1, $2) ORDER BY user_id, content_id LIMIT ${pageSize}
     )
     SELECT user_id AS "userId", content_id AS "contentId", run, ${ms('latest_at')} AS "latestAt",
       (SELECT coalesce(json_agg(${ms('b.begun_at')}), '[]') FROM title_rewatches AS b
        WHERE b.user_id = page.user_id AND b.content_id = page.content_id) AS begun,
       (SELECT coalesce(json_agg(${reportJson('r')}), '[]') FROM progress_reports AS r
        WHERE r.user_id = page.user_id AND r.content_id = page.content_id) AS reports,
       (SELECT coalesce(json_agg(${episodeJson('p')}), '[]') FROM user_progress AS p
        WHERE p.user_id = page.user_id AND p.content_id = page.content_id) AS episodes,
       (SELECT coalesce(json_agg(${sessionJson('s')}), '[]') FROM playback_sessions AS s
        WHERE s.user_id = page.user_id AND s.content_id = page.content_id) AS sessions
     FROM page ORDER BY user_id, content_id`,
  ),
  snapshot: sql('reconcile.snapshot', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY'),
}

/** Holds what was derived against what it was derived from, in one snapshot: reports kept meanwhile make no difference. */
export const reconcile = (primary: Pool, tell?: (checked: number) => void): Promise<Reconciliation> =>
  transaction(primary, async (tx) => {
    await query(tx, statements.snapshot)
    return await compareAll(tx, tell)
  })

/** The same within a transaction. `tell` hears how many titles of viewers have been compared. */
export async function compareAll(
  tx: Tx,
  tell: (checked: number) => void = () => {},
): Promise<Reconciliation> {
  const one = async (statement: typeof statements.plays) => (await query<Found>(tx, statement))[0]!
  const plays = await one(statements.plays)
  const audience = await one(statements.audience)
  const progress = await compareTitles(tx, await one(statements.strays), tell)
  const { agrees, ...analytics } = await compareAnalytics(tx)
  const equal = [plays, audience, progress].every(({ differing }) => differing === 0)
  return { plays, audience, progress, analytics, agrees: equal && agrees }
}

interface Title extends TitleState {
  userId: string
  contentId: string
  reports: Report[]
  begun: number[]
}

const nil = '00000000-0000-0000-0000-000000000000'

/** Goes on with the figures of `found`. */
async function compareTitles(tx: Tx, found: Found, tell: (checked: number) => void): Promise<Found> {
  let { checked, differing } = found
  const differ = [...found.differ]
  let last = { userId: nil, contentId: nil }
  for (;;) {
    const page = await query<Title>(tx, statements.titles, [last.userId, last.contentId])
    for (const title of page) {
      if (isState(title)) continue
      differing += 1
      if (differ.length < named) differ.push({ userId: title.userId, contentId: title.contentId })
    }
    checked += page.length
    tell(checked)
    if (page.length < pageSize) return { checked, differing, differ }
    last = page.at(-1)!
  }
}

/** Whether what is kept of a title is what its reports and rewatches come to. */
function isState({ reports, begun, run, latestAt, episodes, sessions }: Title): boolean {
  const state = titleState(reports, begun)
  return (
    run === state.run &&
    latestAt === state.latestAt &&
    sameRows(episodes, state.episodes) &&
    sameRows(sessions, state.sessions)
  )
}

/** Whatever the order of rows and fields. */
function sameRows(some: object[], others: object[]): boolean {
  const [left, right] = [some, others].map((rows) =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort(),
  )
  return left!.length === right!.length && left!.every((row, index) => row === right![index])
}
