import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../data-folder/write-atomically.js'
import type { Report } from './report.js'

/** A file for the textfile collector of a node exporter; `<data>/metrics/reconcile.prom`. */
export async function writeMetrics(dataDir: string, told: Pick<Report, 'checks' | 'at'>): Promise<void> {
  const folder = join(dataDir, 'metrics')
  await mkdir(folder, { recursive: true })
  await writeAtomically(join(folder, 'reconcile.prom'), metricsText(told), 0o644)
}

const escaped = (text: string) => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')

export function metricsText({ checks, at }: Pick<Report, 'checks' | 'at'>): string {
  const lines = checks.map(({ name, between, differing, moving }) => {
    const check = escaped(`${name}: ${between.join(', ')}`)
    return `marquee_reconcile_difference{check="${check}"} ${differing + moving}`
  })
  return [
    '# HELP marquee_reconcile_difference Keys that differ, or that never settled, at the last ops reconcile.',
    '# TYPE marquee_reconcile_difference gauge',
    ...lines,
    '# HELP marquee_reconcile_timestamp_seconds When ops reconcile was run last.',
    '# TYPE marquee_reconcile_timestamp_seconds gauge',
    `marquee_reconcile_timestamp_seconds ${Date.parse(at) / 1000}`,
    '',
  ].join('\n')
}
