import type { Db } from './pool.js'
import { query, sql } from './statement.js'

const installed = sql(
  'citus.installed',
  `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS yes`,
)

/** Is this database distributed? Migrations ask, so that the same ones run on plain PostgreSQL. */
export async function citusInstalled(db: Db): Promise<boolean> {
  const [row] = await query<{ yes: boolean }>(db, installed)
  return row?.yes === true
}
