import { type Pool, query, sql, type Tx } from '@marquee/postgres'
import { v7 as uuidv7 } from 'uuid'
import type { ImportReport } from './report.js'

// The lock waits for the last batch of a killed importer, whose COMMIT the server may be working on still.
const running = sql(
  'import.running',
  `SELECT id, source_version, position, report FROM import_runs WHERE source = $1 AND status = 'running' FOR UPDATE`,
)
const begin = sql(
  'import.begin-run',
  `INSERT INTO import_runs (id, source, source_version, status, report) VALUES ($1, $2, $3, 'running', $4)
   ON CONFLICT DO NOTHING RETURNING id`,
)
const abandon = sql(
  'import.abandon-run',
  `UPDATE import_runs SET status = 'failed', updated_at = $2, finished_at = $2 WHERE id = $1`,
)
const lock = sql(
  'import.lock-run',
  `SELECT position FROM import_runs WHERE id = $1 AND status = 'running' FOR UPDATE`,
)
const save = sql(
  'import.save-run',
  'UPDATE import_runs SET position = $2, report = $3, updated_at = $4 WHERE id = $1',
)
const finish = sql(
  'import.finish-run',
  `UPDATE import_runs SET status = 'finished', report = $2, updated_at = $3, finished_at = $3 WHERE id = $1`,
)

/** Another import of the same source moved the resume point: this one must not write any more. */
export class ImportOvertaken extends Error {}

const overtaken = 'another import of this source is under way'

export interface ImportRun {
  id: string
  /** Rows of the source that are done. */
  position: number
  report: ImportReport
}

/**
 * Goes on where a run over the same version of the source stopped, else begins at its first row.
 * @throws ImportOvertaken when another import begins at this moment
 */
export async function openRun(
  pool: Pool,
  source: { name: string; version: string },
  empty: ImportReport,
): Promise<ImportRun> {
  const [open] = await query<{ id: string; source_version: string; position: number; report: ImportReport }>(
    pool,
    running,
    [source.name],
  )
  if (open?.source_version === source.version) {
    return { id: open.id, position: open.position, report: { ...open.report, resumedAt: open.position } }
  }
  if (open) await query(pool, abandon, [open.id, new Date()])
  const id = uuidv7()
  const begun = await query(pool, begin, [id, source.name, source.version, JSON.stringify(empty)])
  if (begun.length === 0) throw new ImportOvertaken(overtaken)
  return { id, position: 0, report: empty }
}

/** One importer at a time: the second waits here for the first one's batch, and then finds the resume point moved. */
export async function lockRun(tx: Tx, run: ImportRun): Promise<void> {
  const [row] = await query<{ position: number }>(tx, lock, [run.id])
  if (row?.position !== run.position) throw new ImportOvertaken(overtaken)
}

export const saveRun = (tx: Tx, run: ImportRun) =>
  query(tx, save, [run.id, run.position, JSON.stringify(run.report), new Date()])

export const finishRun = (pool: Pool, run: ImportRun) =>
  query(pool, finish, [run.id, JSON.stringify(run.report), new Date()])
