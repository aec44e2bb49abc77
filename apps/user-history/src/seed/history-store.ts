import { copyRows, query, sql, type Tx } from '@marquee/postgres'
import { countPlays } from '../analytics/count-play-store.js'
import type { ClosedSession, PersonHistory } from './person-history.js'

// Sorted, so that two writers cannot wait for each other.
const addAudience = sql(
  'seed.add-audience',
  `INSERT INTO content_audience AS a (content_id, viewers, plays)
   SELECT content_id, count(*), sum(plays) FROM unnest($1::uuid[], $2::bigint[]) AS viewer (content_id, plays)
   GROUP BY 1 ORDER BY 1
   ON CONFLICT (content_id) DO UPDATE SET viewers = a.viewers + excluded.viewers, plays = a.plays + excluded.plays,
     updated_at = now()`,
)

type Played = ClosedSession & { userId: string }

/** Writes histories of people who have none, with the figures of their titles and days. */
export async function writeHistories(tx: Tx, histories: readonly PersonHistory[]): Promise<void> {
  await writeProgress(tx, histories)
  const plays = histories.flatMap(({ userId, sessions }) =>
    sessions.map((session) => ({ ...session, userId })),
  )
  await writePlays(tx, plays)
  const viewers = viewersOf(plays)
  await copy(tx, 'content_viewers', viewers, {
    content_id: ({ contentId }) => contentId,
    user_id: ({ userId }) => userId,
    plays: (viewer) => viewer.plays,
    last_watched_at: ({ lastAt }) => new Date(lastAt),
  })
  // Last, and in the order of live plays: others wait for these rows.
  await query(tx, addAudience, [
    viewers.map(({ contentId }) => contentId),
    viewers.map((viewer) => viewer.plays),
  ])
  await countPlays(tx, plays.map(countedOf))
}

const countedOf = ({ contentId, startedAt, watched, completed }: Played) => ({
  contentId,
  watchedAt: new Date(startedAt),
  watchDuration: Math.round(watched),
  completed,
})

type Columns<Row> = Record<string, (row: Row) => unknown>

function copy<Row>(tx: Tx, table: string, rows: readonly Row[], columns: Columns<Row>): Promise<number> {
  const values = Object.values(columns)
  const lines = rows.map((row) => values.map((value) => value(row)))
  return copyRows(tx, table, Object.keys(columns), lines)
}

async function writeProgress(tx: Tx, histories: readonly PersonHistory[]): Promise<void> {
  const titles = histories.flatMap(({ userId, titles }) => titles.map((title) => ({ ...title, userId })))
  const ofTitle = {
    user_id: (row: { userId: string }) => row.userId,
    content_id: (row: { contentId: string }) => row.contentId,
  }
  await copy(tx, 'user_titles', titles, {
    ...ofTitle,
    run: ({ state }) => state.run,
    latest_at: ({ state }) => new Date(state.latestAt),
    heard_at: ({ state }) => new Date(state.latestAt),
    started_at: ({ reports }) => new Date(Math.min(...reports.map(({ effectiveAt }) => effectiveAt))),
  })
  const reports = titles.flatMap(({ userId, contentId, reports }) =>
    reports.map((one) => ({ ...one, userId, contentId })),
  )
  await copy(tx, 'progress_reports', reports, {
    ...ofTitle,
    session_id: ({ sessionId }) => sessionId,
    episode_id: ({ episodeId }) => episodeId,
    sequence: ({ sequence }) => sequence,
    effective_at: ({ effectiveAt }) => new Date(effectiveAt),
    received_at: ({ effectiveAt }) => new Date(effectiveAt),
    position: ({ position }) => position,
    duration: ({ duration }) => duration,
    rule: ({ rule }) => rule,
    state: ({ state }) => state,
    restart: ({ restart }) => restart,
    device: ({ device }) => device,
    quality: ({ quality }) => quality,
    subtitles: ({ subtitles }) => subtitles,
  })
  const episodes = titles.flatMap(({ userId, contentId, state }) =>
    state.episodes.map((one) => ({ ...one, userId, contentId })),
  )
  await copy(tx, 'user_progress', episodes, {
    ...ofTitle,
    episode_id: ({ episodeId }) => episodeId,
    run: ({ run }) => run,
    position: ({ position }) => position,
    duration: ({ duration }) => duration,
    completed: ({ completed }) => completed,
    rule: ({ rule }) => rule,
    session_id: ({ sessionId }) => sessionId,
    sequence: ({ sequence }) => sequence,
    effective_at: ({ effectiveAt }) => new Date(effectiveAt),
  })
}

/** Sessions that were closed when they ended, each with its play. */
async function writePlays(tx: Tx, plays: readonly Played[]): Promise<void> {
  const ofSession: Columns<Played> = {
    user_id: ({ userId }) => userId,
    episode_id: ({ episodeId }) => episodeId,
    content_id: ({ contentId }) => contentId,
    run: ({ run }) => run,
    completed: ({ completed }) => completed,
  }
  await copy(tx, 'playback_sessions', plays, {
    ...ofSession,
    session_id: ({ sessionId }) => sessionId,
    started_at: ({ startedAt }) => new Date(startedAt),
    latest_at: ({ latestAt }) => new Date(latestAt),
    last_sequence: ({ lastSequence }) => lastSequence,
    last_at: ({ lastAt }) => new Date(lastAt),
    last_position: ({ lastPosition }) => lastPosition,
    watched: ({ watched }) => watched,
    stopped: ({ stopped }) => stopped,
    device: ({ device }) => device,
    quality: ({ quality }) => quality,
    subtitles: ({ subtitles }) => subtitles,
    received_at: ({ latestAt }) => new Date(latestAt),
    closed_at: ({ latestAt }) => new Date(latestAt),
    play_id: ({ playId }) => playId,
  })
  await copy(tx, 'user_watch_history', plays, {
    ...ofSession,
    id: ({ playId }) => playId,
    watched_at: ({ startedAt }) => new Date(startedAt),
    watch_duration: ({ watched }) => Math.round(watched),
    device_info: ({ device }) => device,
    quality_watched: ({ quality }) => quality,
    subtitles_used: ({ subtitles }) => subtitles,
    source: () => 'seed',
    created_at: ({ latestAt }) => new Date(latestAt),
  })
}

interface Viewer {
  contentId: string
  userId: string
  plays: number
  lastAt: number
}

function viewersOf(plays: readonly Played[]): Viewer[] {
  const viewers = new Map<string, Viewer>()
  for (const { contentId, userId, startedAt } of plays) {
    const key = `${contentId} ${userId}`
    const viewer = viewers.get(key)
    viewers.set(key, {
      contentId,
      userId,
      plays: (viewer?.plays ?? 0) + 1,
      lastAt: Math.max(viewer?.lastAt ?? 0, startedAt),
    })
  }
  return [...viewers.values()]
}
