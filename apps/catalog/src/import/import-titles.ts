import { type Pool, transaction } from '@marquee/postgres'
import type { Progress } from '@marquee/seed'
import { type BatchRow, importBatch } from './import-batch.js'
import { finishRun, type ImportRun, lockRun, openRun, saveRun } from './import-run-store.js'
import { countImported } from './imported-titles-store.js'
import { analyzeTitles, beginBulk } from './insert-titles-store.js'
import { addBatch, emptyReport, type ImportReport } from './report.js'
import { retried } from './retry.js'
import type { Mapped } from './source-title.js'

/** Where titles come from; rows are told in the same order every time. */
export interface TitleSource {
  name: string
  /** Two runs with the same version go through the same rows with the same result: one may go on where the other stopped. */
  version: string
  rows(): AsyncIterable<Mapped>
}

export interface ImportOptions {
  /** Rows per transaction. */
  batch: number
  dryRun: boolean
  progress: Progress
  /** Tells the cache which titles have changed. */
  invalidate(ids: string[]): Promise<void>
}

async function* batches(source: TitleSource, size: number, from: number): AsyncGenerator<BatchRow[]> {
  const seen = new Set<string>()
  let batch: BatchRow[] = []
  let row = 0
  for await (const mapped of source.rows()) {
    const entry = { row, mapped: once(seen, mapped) }
    if (row++ < from) continue
    batch.push(entry)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A second row with the same identity would be a change of the first, on this run and on every later one. */
function once(seen: Set<string>, mapped: Mapped): Mapped {
  if (mapped.kind === 'skipped') return mapped
  const { identity, content } = mapped.title
  if (seen.has(identity))
    return { kind: 'skipped', label: content.title, reasons: ['the same title is in the source already'] }
  seen.add(identity)
  return mapped
}

/** Rows, projections, statistics, identities, events and the resume point of one batch become true together. */
const writeBatch = (pool: Pool, source: string, run: ImportRun, batch: BatchRow[]): Promise<ImportRun> =>
  retried(() =>
    transaction(pool, async (tx) => {
      await beginBulk(tx)
      await lockRun(tx, run)
      const outcome = await importBatch(tx, tx, source, batch)
      const report = addBatch(run.report, outcome)
      const next = { id: run.id, position: run.position + batch.length, report }
      await saveRun(tx, next)
      return next
    }),
  )

async function gone(pool: Pool, source: string, { added, known, dryRun }: ImportReport): Promise<number> {
  return (await countImported(pool, source)) - known - (dryRun ? 0 : added)
}

/** Reads and compares only. */
async function tryOut(pool: Pool, source: TitleSource, options: ImportOptions): Promise<ImportReport> {
  let report = emptyReport(source.name, source.version, true)
  for await (const batch of batches(source, options.batch, 0)) {
    report = addBatch(report, await importBatch(pool, null, source.name, batch))
    options.progress.at(report.rows)
  }
  return { ...report, gone: await gone(pool, source.name, report) }
}

const tellCache = async ({ report: { lastChanged } }: ImportRun, { invalidate }: ImportOptions) => {
  if (lastChanged.length > 0) await invalidate(lastChanged)
}

/**
 * Brings the titles of a source into the catalogue. Killed at any point and run again it goes on where it stopped; run again after
 * its end it changes nothing. It may run while the service does.
 * @throws ImportOvertaken when another import of the same source writes at the same time
 */
export async function importTitles(
  pool: Pool,
  source: TitleSource,
  options: ImportOptions,
): Promise<ImportReport> {
  if (options.dryRun) return await tryOut(pool, source, options)
  let run = await openRun(pool, source, emptyReport(source.name, source.version, false))
  await tellCache(run, options)
  for await (const batch of batches(source, options.batch, run.position)) {
    run = await writeBatch(pool, source.name, run, batch)
    await tellCache(run, options)
    options.progress.at(run.position)
  }
  const report = { ...run.report, lastChanged: [], gone: await gone(pool, source.name, run.report) }
  await finishRun(pool, { ...run, report })
  if (report.added > 0) await analyzeTitles(pool)
  return report
}
