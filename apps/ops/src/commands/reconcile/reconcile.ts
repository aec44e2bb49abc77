import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../../config.js'
import { exitCodes } from '../../problem.js'
import { type App, type Asking, apps, ask, isSure, type Own, told } from './ask.js'
import { compare, type Statements } from './compare.js'
import { writeMetrics } from './metrics.js'
import { report, reportText } from './report.js'
import { nextRound, type Outcome, type Rule, rulesFor, type Source, sources } from './rules.js'

const rounds = 5
const pauseMs = 2000

export interface ReconcileOptions {
  json?: boolean
  ids?: boolean
}

/**
 * Asks every app to hold what it keeps against itself, and holds what several of them keep against each other and against the topic of
 * views. What differs is asked again, since figures move under load. Exit code: 0 all agrees, 1 something differs or never settled;
 * that of an app which could not tell.
 */
export async function reconcile(config: Config, { json, ids = false }: ReconcileOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-reconcile-'))
  try {
    const found = await allRounds({ config, folder, ids })
    const told = report(found)
    await writeMetrics(config.dataDir, told)
    console.log(json ? JSON.stringify(told) : reportText(told))
    return told.agrees ? exitCodes.ok : exitCodes.failed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Rounds {
  own: Record<App, Own>
  outcomes: Map<Rule, Outcome>
  rounds: number
}

async function allRounds(asking: Asking): Promise<Rounds> {
  const own = {} as Record<App, Own>
  const outcomes = new Map<Rule, Outcome>()
  let [open, askedAgain]: [Rule[], Source[]] = [rulesFor(asking), [...sources]]
  for (let round = 1; ; round++) {
    const answers = await Promise.all(
      askedAgain.map(async (source) => [source, await ask(asking, source, round > 1)] as const),
    )
    for (const [source, answer] of answers) if (answer) own[source as App] = answer
    const statements: Statements = Object.fromEntries(
      neededBy(open).map((source) => [source, () => told(asking, source)]),
    )
    for (const [rule, found] of await compare(open, statements))
      outcomes.set(rule, nextRound(outcomes.get(rule), found))
    open = open.filter((rule) => (outcomes.get(rule)?.open.size ?? 0) > 0)
    const doubtful = apps.filter((app) => !own[app].agrees && !isSure(app))
    askedAgain = [...new Set([...neededBy(open), ...doubtful])]
    if (askedAgain.length === 0 || round === rounds) return { own, outcomes, rounds: round }
    await delay(pauseMs)
  }
}

const neededBy = (rules: readonly Rule[]): Source[] => [
  ...new Set(rules.flatMap(({ first, second }) => (second ? [first, second] : [first]))),
]

export const reconcileHelp = `
What differs is asked again, up to 5 times 2 s apart, because figures move under load: what stayed different and as it was counts as
differing, what moved still as moving. Both are exit code 1. The last result is also in <data folder>/metrics/reconcile.prom, for
the textfile collector of a node exporter. What to do about a difference: docs/runbook.md.`
