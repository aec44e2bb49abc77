import { setTimeout as delay } from 'node:timers/promises'
import { type Pool, query, sql, type Tx, transaction } from '@marquee/postgres'
import { type Month, monthsOfBound } from './months.js'

/** The tables that lie in months, and what they are parted by. */
export const monthlyTables = {
  user_watch_history: { column: 'watched_at', bound: (day: string) => `'${day} 00:00:00+00'` },
  content_analytics: { column: 'day', bound: (day: string) => `'${day}'` },
} as const
export type MonthlyTable = keyof typeof monthlyTables
export const monthlyTableNames = Object.keys(monthlyTables) as MonthlyTable[]

const bounds = sql(
  'partitions.bounds',
  `SELECT pg_get_expr(child.relpartbound, child.oid) AS bound
   FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = $1::regclass`,
)
const defaultOf = sql(
  'partitions.default',
  `SELECT partdefid::regclass::text AS name FROM pg_partitioned_table WHERE partrelid = $1::regclass AND partdefid <> 0`,
)
const one = sql('partitions.lock', `SELECT pg_advisory_xact_lock(hashtext('partitions of ' || $1))`)

/** Waiting longer for a long query would make every writer wait behind us. */
const lockTimeoutMs = 1000
const tries = 10
/** Of one statement that moves strays; there may be many. */
const moveTimeoutMs = 120_000

/** Names of the months that have a partition on this server. */
export const monthsOf = (pool: Pool, table: MonthlyTable): Promise<Set<string>> =>
  transaction(pool, (tx) => monthsIn(tx, table))

async function monthsIn(tx: Tx, table: MonthlyTable): Promise<Set<string>> {
  // Bounds are printed as the session likes its times.
  await tx.query(`SET LOCAL TimeZone = 'UTC'`)
  await tx.query(`SET LOCAL DateStyle = 'ISO'`)
  const rows = await query<{ bound: string }>(tx, bounds, [table])
  return new Set(rows.flatMap(({ bound }) => monthsOfBound(bound)))
}

/** Makes those of `months` that are missing, each in its own transaction, and moves strays into them. @returns names of those made */
export async function makeMonths(
  pool: Pool,
  table: MonthlyTable,
  months: readonly Month[],
): Promise<string[]> {
  const present = await monthsOf(pool, table)
  const made: string[] = []
  for (const month of months)
    if (!present.has(month.name) && (await patiently(() => makeMonth(pool, table, month))))
      made.push(month.name)
  return made
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03' || attempt === tries) throw error
      await delay(200 + Math.random() * 300)
    }
  }
}

/** False when another made it meanwhile. */
function makeMonth(pool: Pool, table: MonthlyTable, month: Month): Promise<boolean> {
  const { column, bound } = monthlyTables[table]
  const [from, to] = [bound(month.from), bound(month.to)]
  const name = `${table}_${month.name.replace('-', '')}`
  return transaction(pool, async (tx) => {
    await query(tx, one, [table])
    if ((await monthsIn(tx, table)).has(month.name)) return false
    await tx.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
    await tx.query(`SET LOCAL statement_timeout = ${moveTimeoutMs}`)
    // Attaching, unlike CREATE TABLE ... PARTITION OF, lets others read and write the table meanwhile.
    await tx.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
    const strays = await takeStrays(tx, table, `${column} >= ${from} AND ${column} < ${to}`)
    await slowly(tx, `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`)
    // Through the table and only now: written to the partition before it is one, they would not be published, but their deletion would.
    if (strays) await slowly(tx, `INSERT INTO ${table} SELECT * FROM strays_taken`)
    return true
  })
}

/** Takes the rows of `range` out of the default partition into a table of the transaction's own. False when there are none. */
async function takeStrays(tx: Tx, table: MonthlyTable, range: string): Promise<boolean> {
  const [strays] = await query<{ name: string }>(tx, defaultOf, [table])
  if (!strays) return false
  // The lock that attaching takes anyway; now, so that no stray comes in after we looked.
  await tx.query(`LOCK TABLE ${strays.name} IN ACCESS EXCLUSIVE MODE`)
  await slowly(
    tx,
    `CREATE TEMPORARY TABLE strays_taken ON COMMIT DROP AS SELECT * FROM ${strays.name} WHERE ${range}`,
  )
  return (await slowly(tx, `DELETE FROM ${strays.name} WHERE ${range}`)).rowCount! > 0
}

const slowly = (tx: Tx, text: string) =>
  tx.query({ text, query_timeout: moveTimeoutMs + 1000 } as { text: string })

/** How many rows lie in the default partition. */
export async function countStrays(pool: Pool, table: MonthlyTable): Promise<number> {
  const [strays] = await query<{ name: string }>(pool, defaultOf, [table])
  if (!strays) return 0
  const { rows } = await pool.query(`SELECT count(*) AS count FROM ${strays.name}`)
  return rows[0].count
}
