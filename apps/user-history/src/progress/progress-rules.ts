import type { ProgressRule } from '@marquee/contracts'
import { type Report, weakUnder } from './report-rules.js'
import { addToSession, type SessionState, sessionKey, sessionsOf } from './session-rules.js'

/** An episode within one watching of its title; session, sequence and time are those of the report that counts. */
export interface EpisodeState {
  episodeId: string
  run: number
  position: number
  duration: number
  completed: boolean
  /** Of the earliest report that completed it. */
  rule: ProgressRule
  sessionId: string
  sequence: number
  effectiveAt: number
}

/** All that follows from one viewer's reports of one title. */
export interface TitleState {
  /** The present watching. */
  run: number
  /** Of all reports and beginnings. */
  latestAt: number
  /** Of every run, those with reports. */
  episodes: EpisodeState[]
  sessions: SessionState[]
}

/** The part of a title's state that a report which comes after everything known can change. */
export interface Surroundings {
  title: Pick<TitleState, 'run' | 'latestAt'>
  session: SessionState | null
  /** In the present run. */
  episode: EpisodeState | null
}

/** What names a report: the first one received under it is kept. A session is one sitting with one episode. */
export const reportKey = (report: Pick<Report, 'sessionId' | 'episodeId' | 'sequence'>): string =>
  `${sessionKey(report)}\n${report.sequence}`

/**
 * What two reports of a title come to does not depend on which came first: the state is a function of the set.
 * @param begun when the viewer began further runs by his word alone, milliseconds
 */
export function titleState(reports: readonly Report[], begun: readonly number[] = []): TitleState {
  const starts = [...runStarts(reports), ...begun]
  const runOf = ({ effectiveAt }: Report) => 1 + starts.filter((start) => start <= effectiveAt).length
  const byEpisode = groupBy(reports, (report) => `${runOf(report)} ${report.episodeId}`)
  return {
    run: 1 + starts.length,
    // A run that was begun is known of: a report from before it is late.
    latestAt: reports.reduce(
      (latest, { effectiveAt }) => Math.max(latest, effectiveAt),
      Math.max(0, ...begun),
    ),
    episodes: byEpisode.map((group) => episodeState(group, runOf(group[0]!))),
    sessions: sessionsOf(reports, runOf),
  }
}

/**
 * The same as `titleState` of all reports and this one, told from a part of it. Null where that cannot be: the report is late, out of
 * order, or begins a run.
 */
export function addReport(known: Surroundings, report: Report): Surroundings | null {
  const { title, session, episode } = known
  const isLast =
    report.effectiveAt > title.latestAt && (session === null || report.sequence > session.lastSequence)
  if (!isLast || report.restart) return null
  return {
    title: { run: title.run, latestAt: report.effectiveAt },
    session: addToSession(session, report, title.run),
    episode: addToEpisode(episode, report, title.run),
  }
}

/** When each run but the first began. A session begins one at most: a retry or a flag left standing is no further watching. */
function runStarts(reports: readonly Report[]): number[] {
  const bySession = groupBy(
    reports.filter(({ restart }) => restart),
    ({ sessionId }) => sessionId,
  )
  return bySession.map((restarts) => restarts.reduce(min(firstRestart)).effectiveAt)
}

const firstRestart = (report: Report) => [report.sequence, report.effectiveAt]

function episodeState(reports: readonly Report[], run: number): EpisodeState {
  const candidates = groupBy(reports, ({ sessionId }) => sessionId).map((own) => own.reduce(max(inSession)))
  const counting = candidates.reduce(max(betweenSessions))
  const completing = reports.filter(completes)
  const rule = completing.length === 0 ? 'not_completed' : completing.reduce(min(byTime)).rule
  return stateOf(counting, run, rule)
}

function addToEpisode(known: EpisodeState | null, report: Report, run: number): EpisodeState {
  const rule = known?.completed ? known.rule : report.rule
  // Being the last it is the highest of its session and the latest of all: only a strong one stands against a weak one.
  if (known === null || strong(report) || known.position < weakUnder) return stateOf(report, run, rule)
  return { ...known, rule, completed: rule !== 'not_completed' }
}

const stateOf = (report: Report, run: number, rule: ProgressRule): EpisodeState => ({
  episodeId: report.episodeId,
  run,
  position: shown(report),
  duration: report.duration,
  completed: rule !== 'not_completed',
  rule,
  sessionId: report.sessionId,
  sequence: report.sequence,
  effectiveAt: report.effectiveAt,
})

/** A player may know a longer duration than the catalogue. */
const shown = ({ position, duration }: Report): number => Math.min(position, duration)
const strong = (report: Report): boolean => shown(report) >= weakUnder
const completes = ({ rule }: Report): boolean => rule !== 'not_completed'

type Order = (report: Report) => (number | string)[]
const inSession: Order = (report) => [Number(strong(report)), report.sequence]
const betweenSessions: Order = (report) => [Number(strong(report)), report.effectiveAt, report.sessionId]
const byTime: Order = (report) => [report.effectiveAt, report.sessionId, report.sequence]

/** Compares part by part. */
function above(order: Order, a: Report, b: Report): boolean {
  const [left, right] = [order(a), order(b)]
  const at = left.findIndex((part, index) => part !== right[index])
  return at >= 0 && left[at]! > right[at]!
}
const max = (order: Order) => (a: Report, b: Report) => (above(order, b, a) ? b : a)
const min = (order: Order) => (a: Report, b: Report) => (above(order, a, b) ? b : a)

function groupBy(reports: readonly Report[], key: (report: Report) => string): Report[][] {
  const groups = new Map<string, Report[]>()
  for (const report of reports) {
    const group = groups.get(key(report))
    if (group) group.push(report)
    else groups.set(key(report), [report])
  }
  return [...groups.values()]
}
