import type { Drop } from './source-title.js'

/** How many rows a list of the report names; the counts are always whole. */
const listed = 200

export interface ReportedKeep {
  slug: string
  field: string
  /** Whether the source also says something new, or only the editor does. */
  sourceChanged: boolean
}

/** What one import did, over all the sittings it took. */
export interface ImportReport {
  source: string
  /** Fingerprint of the source and the day the run counts from. */
  version: string
  dryRun: boolean
  /** Row at which an interrupted run was taken up again. */
  resumedAt: number | null
  rows: number
  added: number
  /** Titles of earlier imports met again: changed, unchanged, or skipped because of what became of them here. */
  known: number
  changed: number
  unchanged: number
  skipped: { count: number; rows: { row: number; title: string; reasons: string[] }[] }
  /** Fields that stay as somebody edited them here. */
  kept: { count: number; fields: ReportedKeep[] }
  dropped: { field: string; reason: string; count: number }[]
  /** Titles of earlier imports that the source no longer has; they stay. Known when the run is over. */
  gone: number
  /** Titles changed by the last batch: a run that was killed after it tells the cache once more. */
  lastChanged: string[]
}

export const emptyReport = (source: string, version: string, dryRun: boolean): ImportReport => ({
  source,
  version,
  dryRun,
  resumedAt: null,
  rows: 0,
  added: 0,
  known: 0,
  changed: 0,
  unchanged: 0,
  skipped: { count: 0, rows: [] },
  kept: { count: 0, fields: [] },
  dropped: [],
  gone: 0,
  lastChanged: [],
})

export interface BatchOutcome {
  rows: number
  added: number
  known: number
  changed: string[]
  unchanged: number
  skipped: ImportReport['skipped']['rows']
  kept: ReportedKeep[]
  dropped: Drop[]
}

/** The report with one more batch; the given one stays as it is, because the batch may yet be rolled back. */
export function addBatch(report: ImportReport, batch: BatchOutcome): ImportReport {
  const { skipped, kept } = report
  return {
    ...report,
    rows: report.rows + batch.rows,
    added: report.added + batch.added,
    known: report.known + batch.known,
    changed: report.changed + batch.changed.length,
    unchanged: report.unchanged + batch.unchanged,
    skipped: {
      count: skipped.count + batch.skipped.length,
      rows: [...skipped.rows, ...batch.skipped].slice(0, listed),
    },
    kept: { count: kept.count + batch.kept.length, fields: [...kept.fields, ...batch.kept].slice(0, listed) },
    dropped: addDrops(report.dropped, batch.dropped),
    lastChanged: batch.changed,
  }
}

function addDrops(counted: ImportReport['dropped'], drops: Drop[]): ImportReport['dropped'] {
  const byReason = new Map(counted.map((drop) => [`${drop.field}\n${drop.reason}`, drop]))
  for (const { field, reason } of drops) {
    const key = `${field}\n${reason}`
    byReason.set(key, { field, reason, count: (byReason.get(key)?.count ?? 0) + 1 })
  }
  return [...byReason.values()]
}

/** For people. */
export function reportText(report: Omit<ImportReport, 'lastChanged'>): string {
  const { added, changed, unchanged, skipped, kept, dropped, gone } = report
  const more = (count: number, shown: unknown[]) =>
    count > shown.length ? [`  ... ${count - shown.length} more`] : []
  return [
    `${report.source}${report.dryRun ? ' (dry run, nothing was written)' : ''}: ${report.rows} rows`,
    ...(report.resumedAt === null ? [] : [`taken up again at row ${report.resumedAt}`]),
    `added ${added}, changed ${changed}, unchanged ${unchanged}, skipped ${skipped.count}`,
    ...(gone > 0 ? [`${gone} titles of earlier imports are no longer in the source; they stay`] : []),
    ...skipped.rows.map(
      ({ row, title, reasons }) => `  skipped row ${row} (${title}): ${reasons.join('; ')}`,
    ),
    ...more(skipped.count, skipped.rows),
    ...(kept.count > 0 ? [`kept as edited here: ${kept.count} fields`] : []),
    ...kept.fields.map(
      ({ slug, field, sourceChanged }) =>
        `  ${slug}: ${field}${sourceChanged ? ' (the source changed too)' : ''}`,
    ),
    ...more(kept.count, kept.fields),
    ...(dropped.length > 0 ? ['dropped:'] : []),
    ...dropped.map(({ field, reason, count }) => `  ${field} (${count}): ${reason}`),
  ].join('\n')
}
