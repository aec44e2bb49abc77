import { type Change, percent } from './judge.js'
import type { Sample } from './sample.js'

export interface Disturbed {
  id: string
  at: string
  recoveriesMs: number[]
  error: string | null
}

export interface SoakReport {
  minutes: number
  seed: number
  startedAt: string
  passed: boolean
  operations: number
  acknowledged: number
  refused: number
  unknown: number
  difference: number
  differences: string[]
  leaks: string[]
  faults: Disturbed[]
  changes: Change[]
  samples: Sample[]
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(0)

/** For people: a table of what every process held, and what is wrong. */
export function describe(report: SoakReport): string {
  const rows = [...report.changes]
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name))
    .map(
      ({ name, rss, descriptors }) =>
        `| ${name.padEnd(26)} | ${megabytes(rss.first).padStart(5)} | ${megabytes(rss.last).padStart(5)} | ${percent(rss.growth).padStart(8)} | ${String(descriptors.first).padStart(5)} | ${String(descriptors.last).padStart(5)} |`,
    )
  const failed = report.faults.filter(({ error }) => error !== null)
  return [
    '',
    `| ${'process'.padEnd(26)} | MB    | later | growth   | files | later |`,
    `|${'-'.repeat(28)}|-------|-------|----------|-------|-------|`,
    ...rows,
    '',
    `${report.faults.length} faults, ${failed.length} of them with an error; ${report.operations} writes: ${report.acknowledged} ok, ` +
      `${report.refused} refused, ${report.unknown} unknown; difference ${report.difference}`,
    ...failed.map(({ id, error }) => `  ${id}: ${error}`),
    ...report.differences.map((text) => `  ${text}`),
    ...report.leaks.map((text) => `  ${text}`),
    report.passed ? 'Passed.' : 'Failed.',
  ].join('\n')
}
