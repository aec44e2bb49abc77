import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseReport } from './run-case.js'
import { smallest } from './shares.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Where a report goes: where it was asked for, else a new file below .data. */
export const reportFile = (kind: 'faults' | 'soak', startedAt: string, asked: string | undefined): string =>
  asked === undefined
    ? join(root, '.data', kind, `${startedAt.replaceAll(/[:.]/g, '-')}.json`)
    : resolve(asked)

export interface Report {
  seed: number
  short: boolean
  catalogue: string
  startedAt: string
  seconds: number
  passed: boolean
  cases: CaseReport[]
}

const columns = [
  'id',
  'fault',
  'operations',
  'acknowledged',
  'refused',
  'unknown',
  'p50 ms',
  'p99 ms',
  'difference',
  'least share',
  'verdict',
]

const cells = (one: CaseReport): string[] => [
  one.id,
  one.fault,
  String(one.operations),
  String(one.acknowledged),
  String(one.refused),
  String(one.unknown),
  String(one.recovery?.p50 ?? '-'),
  String(one.recovery?.p99 ?? '-'),
  String(one.difference),
  leastShare(one),
  one.verdict,
]

function leastShare({ shares }: CaseReport): string {
  const [least] = Object.entries(smallest(shares)).sort(([, a], [, b]) => a - b)
  return least ? `${Math.round(least[1] * 100)} % ${least[0]}` : '-'
}

/** As Markdown, so that it can stand in a document as it is. */
export function table(cases: CaseReport[]): string {
  const rows = [columns, ...cases.map(cells)]
  const widths = columns.map((_, n) => Math.max(...rows.map((row) => row[n]!.length)))
  const line = (row: string[]) => `| ${row.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(columns), rule, ...cases.map((one) => line(cells(one)))].join('\n')
}

/** What went wrong in one case, and how it is seen again. */
export function failure(one: CaseReport, dataDir: string): string {
  return [
    `${one.id} ${one.verdict}; again: pnpm faults ${one.id} --seed ${one.seed}   (data: ${dataDir})`,
    ...(one.error ? [one.error] : []),
    ...one.differences,
  ]
    .map((text) => text.replace(/^/gm, '    '))
    .join('\n')
}
