import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type PlanClass, planClasses } from '@marquee/catalog/plan-classes'
import { statementName } from '@marquee/postgres'
import pg from 'pg'
import { readRun } from '../platform.js'

const address = new URL(readRun().engines.catalog)
const database = address.pathname.slice(1)
address.pathname = '/postgres'
const client = new pg.Client(address.href)

beforeAll(async () => {
  await client.connect()
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
})
afterAll(() => client.end())

/** Every statement that clients sent to the catalogue's database since the server started. */
async function statementsRun(): Promise<{ text: string; calls: number }[]> {
  const { rows } = await client.query(
    `SELECT query AS text, sum(calls)::int AS calls FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
     WHERE d.datname = $1 AND s.toplevel GROUP BY query ORDER BY calls DESC`,
    [database],
  )
  return rows
}

const ourTables =
  /\b(content_\w+|episodes?(_listing)?|seasons|genres|tags|persons|external_\w+|outbox|inbox|leases|import_\w+)\b/
// Migrations and bulk loads are not named: the first are not planned, the second are not reads.
const unplanned = /^\s*(COPY|ANALYZE|CREATE|ALTER|COMMENT|LISTEN|SELECT (create_|citus_|pg_|1 FROM pg_))/i

it('ran only statements whose plan is asserted: by-id reads are one task, lists touch projections only', async () => {
  const seen = await statementsRun()
  const unknown = seen.filter(({ text }) => {
    const name = statementName(text)
    return name === null ? ourTables.test(text) && !unplanned.test(text) : !planClasses[name]
  })
  expect(unknown).toEqual([])

  const named = seen.flatMap(({ text, calls }) => {
    const name = statementName(text)
    return name ? [{ name, class: planClasses[name]?.class as PlanClass, calls }] : []
  })
  console.table(named)
  const classOf = (name: string) => named.find((statement) => statement.name === name)?.class
  expect(classOf('content.read')).toBe('one-task')
  expect(classOf('listing.by-newest')).toBe('projection')
  expect(named.length).toBeGreaterThan(30)
})
