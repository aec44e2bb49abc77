import { type Pool, query, sql } from '@marquee/postgres'
import type { ReplicationNames } from './names.js'
import { published, publishedNames, publishedTable } from './published.js'
import { Refused } from './refused.js'

const state = sql('publication.state', 'SELECT pubviaroot AS root FROM pg_publication WHERE pubname = $1')
const tables = sql(
  'publication.tables',
  `SELECT tablename AS name, attnames::text[] AS columns FROM pg_publication_tables
   WHERE pubname = $1 AND schemaname = 'public' ORDER BY 1`,
)
const columns = sql(
  'publication.columns',
  `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
   WHERE table_schema = 'public' AND table_name = ANY($1)`,
)

/** As CREATE PUBLICATION takes it. */
const wanted = publishedNames
  .map((name) =>
    publishedTable(name).columnList ? `${name} (${publishedTable(name).columns.join(', ')})` : name,
  )
  .join(', ')

/** What it sends of a table with a column list; of the others, the names alone. */
const described = (rows: { name: string; columns: string[] }[]) =>
  rows
    .map(({ name, columns }) =>
      name in published && publishedTable(name as keyof typeof published).columnList
        ? `${name}(${columns.toSorted()})`
        : name,
    )
    .sort()
    .join(' ')
const wantedDescription = described(
  publishedNames.map((name) => ({ name, columns: [...publishedTable(name).columns] })),
)

/** The subscriber must have everything before it is published: a table that it lacks would stop all others. @throws Refused */
export async function refuseWithoutTables(primary: Pool, replica: Pool): Promise<void> {
  await refuseUnlessThere(primary, 'primary')
  await refuseUnlessThere(replica, 'replica')
}

/** Makes the publication, or gives an older one the tables and columns of today. */
export async function ensurePublication(
  primary: Pool,
  { publication }: ReplicationNames,
): Promise<'made' | 'changed' | 'kept'> {
  const [found] = await query<{ root: boolean }>(primary, state, [publication])
  if (!found) {
    await primary.query(
      `CREATE PUBLICATION ${publication} FOR TABLE ${wanted} WITH (publish_via_partition_root = true)`,
    )
    return 'made'
  }
  const now = described(await query(primary, tables, [publication]))
  if (found.root && now === wantedDescription) return 'kept'
  await primary.query(`ALTER PUBLICATION ${publication} SET (publish_via_partition_root = true)`)
  await primary.query(`ALTER PUBLICATION ${publication} SET TABLE ${wanted}`)
  return 'changed'
}

async function refuseUnlessThere(pool: Pool, server: string): Promise<void> {
  const rows = await query<{ name: string }>(pool, columns, [publishedNames])
  const there = new Set(rows.map(({ name }) => name))
  const missing = publishedNames
    .flatMap((name) => publishedTable(name).columns.map((column) => `${name}.${column}`))
    .filter((name) => !there.has(name))
  if (missing.length > 0)
    throw new Refused(
      `The ${server} has no ${missing.join(', ')}. Run \`migrate up\` first: it does both servers.`,
    )
}
