import { addReport, type EpisodeState, reportKey, type TitleState, titleState } from './progress-rules.js'
import type { Known } from './progress-store.js'
import type { Report } from './report-rules.js'
import { type SessionState, sessionKey } from './session-rules.js'

/** What is known of a title while reports are added to it, one after the other. */
export interface KnownTitle {
  title: Known['title']
  begun: number[]
  sessions: Map<string, SessionState>
  /** By run and episode; all of them once `whole`. */
  episodes: Map<string, EpisodeState>
  /** Every report so far, where they had to be read. */
  reports: Report[] | null
  whole: boolean
}

export const knownTitle = ({ title, begun, sessions, episodes }: Known): KnownTitle => ({
  title,
  begun,
  sessions: new Map(sessions.map(({ state }) => [sessionKey(state), state])),
  episodes: byRun(episodes),
  // Of a title that is not known there is none.
  reports: title === null ? [] : null,
  whole: false,
})

const episodeKey = ({ run, episodeId }: EpisodeState) => `${run} ${episodeId}`
const byRun = (episodes: EpisodeState[]) => new Map(episodes.map((one) => [episodeKey(one), one]))

/** Of the newest run in which there is something of the episode. */
export function newestOf({ episodes }: KnownTitle, episodeId: string): EpisodeState | null {
  const runs = [...episodes.values()].filter((one) => one.episodeId === episodeId)
  return runs.reduce<EpisodeState | null>((best, one) => (best && best.run > one.run ? best : one), null)
}

/** Adds a new report: from what is known where it comes after all of that, else from all reports, which `readReports` gives. */
export async function addTo(
  known: KnownTitle,
  report: Report,
  readEarlier: () => Promise<Report[]>,
): Promise<void> {
  if (addLast(known, report)) return
  known.reports ??= await readEarlier()
  if (!known.reports.some((one) => reportKey(one) === reportKey(report))) known.reports.push(report)
  const state = titleState(known.reports, known.begun)
  known.title = { run: state.run, latestAt: state.latestAt }
  known.sessions = new Map(state.sessions.map((session) => [sessionKey(session), session]))
  known.episodes = byRun(state.episodes)
  known.whole = true
}

/** False: it does not come after all that is known. */
function addLast(known: KnownTitle, report: Report): boolean {
  const { title, sessions, episodes } = known
  if (title === null) return false
  const episode = newestOf(known, report.episodeId)
  const session = sessions.get(sessionKey(report)) ?? null
  const added = addReport({ title, session, episode: episode?.run === title.run ? episode : null }, report)
  if (!added) return false
  known.title = added.title
  sessions.set(sessionKey(report), added.session!)
  episodes.set(episodeKey(added.episode!), added.episode!)
  known.reports?.push(report)
  return true
}

export const stateOf = ({ title, sessions, episodes }: KnownTitle): TitleState => ({
  ...title!,
  sessions: [...sessions.values()],
  episodes: [...episodes.values()],
})
