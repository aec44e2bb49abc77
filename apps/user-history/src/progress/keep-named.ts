import type { Tx } from '@marquee/postgres'
import type { Asked, AskedOf } from './keep-reports.js'
import { reportKey } from './progress-rules.js'
import { beginReports, type Known, type Of } from './progress-store.js'
import type { Report } from './report-rules.js'

/** The reports of a title under their names, and what was known before all of them. */
export interface Named {
  of: Of
  /** In the order in which they were asked. */
  reports: Report[]
  /** Those that are new. */
  fresh: Set<Report>
  known: Known
}

interface Naming extends Named {
  taken: Set<string>
  waiting: (Asked & { index: number; attempt: number })[]
}

/** Puts every report under its name and keeps it, those of all titles together; most take one round. */
export async function keepNamed(tx: Tx, titles: readonly AskedOf[]): Promise<Named[]> {
  const namings = titles.map(
    ({ of, asked }): Naming => ({
      of,
      reports: [],
      fresh: new Set(),
      known: { kept: [], title: null, begun: [], sessions: [], episodes: [] },
      taken: new Set(),
      waiting: asked.map((one, index) => ({ ...one, index, attempt: 0 })),
    }),
  )
  const byTitle = new Map(namings.map((naming) => [titleKey(naming.of), naming]))
  for (let open = namings; open.some(({ waiting }) => waiting.length > 0); ) {
    const own = new Map(open.map((naming) => [naming, nameWaiting(naming)]))
    const told = [...own].flatMap(([{ of }, reports]) =>
      [...reports.values()].map((report) => ({ ...report, ...of })),
    )
    for (const found of await beginReports(tx, told)) {
      const naming = byTitle.get(titleKey(found))!
      take(naming, found, own.get(naming)!)
    }
    open = open.filter(({ waiting }) => waiting.length > 0)
  }
  return namings
}

export const titleKey = ({ userId, contentId }: Of): string => `${userId} ${contentId}`

/** Names those that wait, no two alike; one that came under a name of another is a retry of it. */
function nameWaiting({ waiting, taken, reports }: Naming): Map<string, Report> {
  const own = new Map<string, Report>()
  for (const one of waiting) {
    let report = one.named(one.attempt)
    while (one.datedHere && taken.has(reportKey(report))) report = one.named(++one.attempt)
    if (!taken.has(reportKey(report))) own.set(reportKey(report), report)
    taken.add(reportKey(report))
    reports[one.index] = report
  }
  return own
}

/** What we dated to an instant that another report has waits for a further attempt. */
function take(naming: Naming, found: Known, own: Map<string, Report>): void {
  const { known, fresh, reports } = naming
  for (const report of found.kept) fresh.add(own.get(reportKey(report))!)
  known.title = found.title
  known.begun = found.begun
  known.sessions.push(...found.sessions)
  known.episodes.push(...found.episodes)
  naming.waiting = naming.waiting.filter(({ datedHere, index }) => datedHere && !fresh.has(reports[index]!))
}
