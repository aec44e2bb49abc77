import type { Tx } from '@marquee/postgres'
import { closeSession } from '../plays/play-store.js'
import { addTo, type KnownTitle, knownTitle, newestOf, stateOf } from './known-title.js'
import { type EpisodeState, reportKey } from './progress-rules.js'
import {
  beginReports,
  dropOthers,
  type Known,
  lockTitle,
  type Of,
  readReports,
  writeState,
} from './progress-store.js'
import type { Report } from './report-rules.js'
import { sessionKey } from './session-rules.js'

/** A report that is asked to be kept. */
export interface Asked {
  /** Where the server itself dated it, a further attempt dates it a millisecond later, so that two of one instant are two. */
  named(attempt: number): Report
  datedHere: boolean
}
export interface Kept {
  /** Of the newest run in which there is something of the episode. */
  episode: EpisodeState
  /** Whether the report changed that. */
  applied: boolean
}

/**
 * Keeps reports of one viewer and title and what follows from them, all in the caller's transaction: the same as one after the other, in
 * the order of their times, since what comes last is added with the least work.
 * @returns the state after each
 */
export async function keepReports(tx: Tx, of: Of, asked: readonly Asked[]): Promise<Kept[]> {
  await lockTitle(tx, of)
  const { known, reports, fresh } = await keepAll(tx, of, asked)
  const title = knownTitle(known)
  const later = new Set([...fresh].map(reportKey))
  const earlier = async () => (await readReports(tx, of)).filter((one) => !later.has(reportKey(one)))
  const kept = new Map<Report, Kept>()
  for (const report of [...fresh].sort(byTime)) {
    const before = newestOf(title, report.episodeId)
    later.delete(reportKey(report))
    await addTo(title, report, earlier)
    const episode = newestOf(title, report.episodeId)!
    kept.set(report, { episode, applied: !same(before, episode) })
  }
  if (fresh.size > 0) await writeAll(tx, of, title, known, [...fresh])
  // A retry: what it said is part of the state already.
  const unchanged = ({ episodeId }: Report) => ({ episode: newestOf(title, episodeId)!, applied: false })
  return reports.map((report) => kept.get(report) ?? unchanged(report))
}

const byTime = (a: Report, b: Report) => a.effectiveAt - b.effectiveAt || a.sequence - b.sequence

/** Puts every report under its name; tells which are new, and what was known before all of them. */
async function keepAll(tx: Tx, of: Of, asked: readonly Asked[]) {
  const reports: Report[] = []
  const taken = new Set<string>()
  const fresh = new Set<Report>()
  const known: Known = { kept: [], title: null, begun: [], sessions: [], episodes: [] }
  let waiting = asked.map((one, index) => ({ ...one, index, attempt: 0 }))
  while (waiting.length > 0) {
    const own = new Map<string, Report>()
    for (const one of waiting) {
      let report = one.named(one.attempt)
      while (one.datedHere && taken.has(reportKey(report))) report = one.named(++one.attempt)
      if (!taken.has(reportKey(report))) own.set(reportKey(report), report)
      taken.add(reportKey(report))
      reports[one.index] = report
    }
    const found = await beginReports(tx, of, [...own.values()])
    for (const report of found.kept) fresh.add(own.get(reportKey(report))!)
    known.title = found.title
    known.begun = found.begun
    known.sessions.push(...found.sessions)
    known.episodes.push(...found.episodes)
    waiting = waiting.filter(({ datedHere, index }) => datedHere && !fresh.has(reports[index]!))
  }
  return { known, reports, fresh }
}

async function writeAll(tx: Tx, of: Of, title: KnownTitle, known: Known, reports: Report[]): Promise<void> {
  const state = stateOf(title)
  await writeState(tx, of, state, reports)
  if (title.whole) await dropOthers(tx, of, state)
  const closed = new Set(known.sessions.filter((one) => one.closed).map((one) => sessionKey(one.state)))
  for (const key of new Set(reports.map(sessionKey))) {
    const session = title.sessions.get(key)
    if (closed.has(key) || !(session?.completed || session?.stopped)) continue
    await closeSession(tx, { userId: of.userId, ...session })
  }
}

const same = (before: EpisodeState | null, after: EpisodeState): boolean =>
  before !== null &&
  (Object.keys(after) as (keyof EpisodeState)[]).every((name) => before[name] === after[name])
