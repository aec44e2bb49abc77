import { table } from '../../terminal.js'
import type { Own, OwnCheck } from './ask.js'
import type { Rounds } from './reconcile.js'
import { type Rule, type Verdict, verdictOf } from './rules.js'

export interface ReportedCheck {
  name: string
  between: string[]
  compared: number
  differing: number
  /** Keys that differed in every round with figures that moved still. */
  moving: number
  examples: unknown[]
}

export interface Report {
  agrees: boolean
  checks: ReportedCheck[]
  /** What each app printed. */
  apps: Record<string, Own>
  rounds: number
  /** RFC 3339. */
  at: string
}

export function report({ own, outcomes, rounds }: Rounds): Report {
  const checks = [
    ...[...outcomes].map(([rule, outcome]) => betweenApps(rule, verdictOf(outcome))),
    ...Object.entries(own).flatMap(([app, { checks: inside }]) =>
      inside.map((check) => withinApp(app, check)),
    ),
  ]
  const agrees = checks.every(({ differing, moving }) => differing + moving === 0)
  return { agrees, checks, apps: own, rounds, at: new Date().toISOString() }
}

const withinApp = (app: string, { name, compared, differing, examples }: OwnCheck): ReportedCheck => ({
  ...{ name, between: [app], compared, differing, moving: 0, examples },
})

function betweenApps({ figure, first, second }: Rule, verdict: Verdict): ReportedCheck {
  const { compared, differing, moving } = verdict
  const between = second ? [first, second] : [first]
  const examples = verdict.examples.map(({ key, said, moving: moves }) => ({
    key,
    [first]: said[0] ?? null,
    ...(second && { [second]: said[1] ?? null }),
    ...(moves && { moving: true }),
  }))
  return { name: figure, between, compared, differing, moving, examples }
}

export function reportText({ agrees, checks, rounds }: Report): string {
  const rows = checks.map(({ name, between, compared, differing, moving }) => [
    name,
    between.join(', '),
    String(compared),
    moving > 0 ? `${differing} and ${moving} moving` : String(differing),
  ])
  const examples = checks.flatMap((check) => [
    ...(check.examples.length > 0 ? ['', `${check.name} (${check.between.join(', ')}):`] : []),
    ...check.examples.map(
      (example) => `  ${typeof example === 'string' ? example : JSON.stringify(example)}`,
    ),
  ])
  const end = agrees ? 'everything agrees' : `THE PLATFORM DOES NOT RECONCILE, after ${rounds} rounds`
  return [table([['check', 'between', 'compared', 'differing'], ...rows]), ...examples, '', end].join('\n')
}
