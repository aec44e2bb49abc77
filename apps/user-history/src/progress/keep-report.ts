import type { Tx } from '@marquee/postgres'
import { closeSession } from '../plays/play-store.js'
import { addReport, type EpisodeState, type TitleState, titleState } from './progress-rules.js'
import {
  beginReport,
  dropOthers,
  type Known,
  lockTitle,
  type Of,
  readReports,
  writeState,
} from './progress-store.js'
import type { Report } from './report-rules.js'

export interface Kept {
  /** Of the newest run in which there is something of the episode. */
  episode: EpisodeState
  /** Whether the report changed that. */
  applied: boolean
}

/**
 * Keeps one report and what follows from it, all in the caller's transaction. `named(attempt)` is the report; where the server itself
 * dated it, a further attempt dates it a millisecond later, so that two of one instant are two.
 */
export async function keepReport(
  tx: Tx,
  of: Of,
  named: (attempt: number) => Report,
  datedHere: boolean,
): Promise<Kept> {
  await lockTitle(tx, of)
  for (let attempt = 0; ; attempt++) {
    const report = named(attempt)
    const known = await beginReport(tx, of, report)
    if (known.kept) return await apply(tx, of, known, report)
    // A retry: what it said is part of the state already.
    if (!datedHere) return { episode: known.episode!, applied: false }
  }
}

async function apply(tx: Tx, of: Of, known: Known, report: Report): Promise<Kept> {
  const added = addLast(known, report)
  const state = added ?? titleState(await readReports(tx, of))
  await writeState(tx, of, state, report)
  if (!added) await dropOthers(tx, of, state)
  const session = state.sessions.find(
    ({ sessionId, episodeId }) => sessionId === report.sessionId && episodeId === report.episodeId,
  )
  if (!known.session?.closed && (session?.completed || session?.stopped))
    await closeSession(tx, { userId: of.userId, ...report })
  const episode = newest(state, report.episodeId)
  return { episode, applied: !same(known.episode, episode) }
}

/** The changed part of the state, where the report comes after everything known. */
function addLast({ title, session, episode }: Known, report: Report): TitleState | null {
  if (!title) return null
  const inRun = episode?.run === title.run ? episode : null
  const added = addReport({ title, session: session?.state ?? null, episode: inRun }, report)
  return added && { ...added.title, sessions: [added.session!], episodes: [added.episode!] }
}

const newest = ({ episodes }: TitleState, id: string): EpisodeState =>
  episodes.filter(({ episodeId }) => episodeId === id).reduce((a, b) => (b.run > a.run ? b : a))

const same = (before: EpisodeState | null, after: EpisodeState): boolean =>
  before !== null &&
  (Object.keys(after) as (keyof EpisodeState)[]).every((name) => before[name] === after[name])
