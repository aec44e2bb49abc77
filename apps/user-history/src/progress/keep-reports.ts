import type { CreateProgress } from '@marquee/contracts'
import type { Tx } from '@marquee/postgres'
import { closeSessions, type SessionKey } from '../plays/play-store.js'
import { keepNamed, type Named } from './keep-named.js'
import { addTo, type KnownTitle, knownTitle, newestOf, stateOf } from './known-title.js'
import { type EpisodeState, reportKey } from './progress-rules.js'
import { dropOthers, lockTitles, type Of, readReports, writeStates } from './progress-store.js'
import { type EpisodeFacts, type Report, toReport } from './report-rules.js'
import { sessionKey } from './session-rules.js'

/** A report that is asked to be kept. */
export interface Asked {
  /** Where the server itself dated it, a further attempt dates it a millisecond later, so that two of one instant are two. */
  named(attempt: number): Report
  datedHere: boolean
}
/** @param time `effectiveTime` of the report */
export const askedOf = (body: CreateProgress, time: number, episode: EpisodeFacts): Asked => ({
  named: (attempt) => toReport(body, time + attempt, episode),
  datedHere: body.at === undefined && body.sequence === undefined,
})

/** Those of one viewer and title. */
export interface AskedOf {
  of: Of
  asked: readonly Asked[]
}
export interface Kept {
  /** Of the newest run in which there is something of the episode. */
  episode: EpisodeState
  /** Whether the report changed that. */
  applied: boolean
}

/**
 * Keeps reports of viewers and titles (each of them once) and what follows from them, all in the caller's transaction and with a few
 * statements for all: the same as one after the other, in the order of their times, since what comes last is added with the least work.
 * @returns the state after each
 */
export async function keepTogether(tx: Tx, titles: readonly AskedOf[]): Promise<Kept[][]> {
  await lockTitles(
    tx,
    titles.map(({ of }) => of),
  )
  const added: Added[] = []
  for (const named of await keepNamed(tx, titles)) added.push(await addAll(tx, named))
  await writeAll(
    tx,
    added.filter(({ named }) => named.fresh.size > 0),
  )
  return added.map(({ kept }) => kept)
}

/** The same for one title. */
export const keepReports = async (tx: Tx, of: Of, asked: readonly Asked[]): Promise<Kept[]> =>
  (await keepTogether(tx, [{ of, asked }]))[0]!

interface Added {
  named: Named
  title: KnownTitle
  kept: Kept[]
}

/** Adds the new ones to what was known of their title. */
async function addAll(tx: Tx, named: Named): Promise<Added> {
  const { of, known, reports, fresh } = named
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
  // A retry: what it said is part of the state already.
  const unchanged = ({ episodeId }: Report) => ({ episode: newestOf(title, episodeId)!, applied: false })
  return { named, title, kept: reports.map((report) => kept.get(report) ?? unchanged(report)) }
}

const byTime = (a: Report, b: Report) => a.effectiveAt - b.effectiveAt || a.sequence - b.sequence

async function writeAll(tx: Tx, added: readonly Added[]): Promise<void> {
  if (added.length === 0) return
  const written = added.map(({ named, title }) => ({
    of: named.of,
    state: stateOf(title),
    reports: [...named.fresh],
  }))
  await writeStates(tx, written)
  for (const [index, { title }] of added.entries())
    if (title.whole) await dropOthers(tx, written[index]!.of, written[index]!.state)
  await closeSessions(tx, added.flatMap(overNow))
}

/** The sessions that these reports completed or stopped. */
function overNow({ named: { of, known, fresh }, title }: Added): SessionKey[] {
  const closed = new Set(known.sessions.filter((one) => one.closed).map((one) => sessionKey(one.state)))
  return [...new Set([...fresh].map(sessionKey))].flatMap((key) => {
    const session = title.sessions.get(key)
    if (closed.has(key) || !(session?.completed || session?.stopped)) return []
    return [{ userId: of.userId, sessionId: session.sessionId, episodeId: session.episodeId }]
  })
}

const same = (before: EpisodeState | null, after: EpisodeState): boolean =>
  before !== null &&
  (Object.keys(after) as (keyof EpisodeState)[]).every((name) => before[name] === after[name])
