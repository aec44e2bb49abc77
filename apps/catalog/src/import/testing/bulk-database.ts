import { createPool, migrate, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { freshDatabase } from '@marquee/test-kit'
import { migrationsDir } from '../../testing/test-catalog.js'

/** A migrated, empty catalogue, on plain PostgreSQL or Citus as the run has it. */
export async function bulkDatabase() {
  const database = await freshDatabase()
  await migrate({ url: database.url, dir: migrationsDir, direction: 'up', log: silentLogger })
  const pool = createPool({
    url: database.url,
    name: 'import',
    max: 4,
    queryTimeoutMs: 60_000,
    log: silentLogger,
  })
  const close = async () => {
    await pool.end()
    await database.drop()
  }
  return { url: database.url, pool, close }
}

const tables = [
  'content_metadata',
  'content_slugs',
  'content_stats',
  'content_genres',
  'content_translations',
  'external_ids',
  'seasons',
  'episodes',
  'content_listing',
  'episode_listing',
  'genres',
  'tags',
  'persons',
  'content_tags',
  'cast_members',
  'external_ratings',
  'import_identities',
  'outbox',
]
const moments = new Set(['created_at', 'updated_at', 'changed_at', 'time', 'publish_at', 'air_date'])

/** Everything that seed and import write, by table, apart from times; ids of titles are told as their slugs. */
export async function contents(pool: Pool): Promise<Record<string, string[]>> {
  const { rows } = await pool.query<{ slug: string; id: string }>('SELECT slug, id FROM content_metadata')
  const slugs = new Map(rows.map(({ id, slug }) => [id, `<${slug}>`]))
  const told = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => slugs.get(id) ?? id)
  const found: Record<string, string[]> = {}
  for (const table of tables) {
    const { rows: values } = await pool.query<Record<string, unknown>>(`SELECT * FROM ${table}`)
    const lines = values.map((row) => {
      const kept = Object.entries(row).filter(
        ([column]) => !moments.has(column) && !(table === 'outbox' && column === 'id'),
      )
      return told(JSON.stringify(Object.fromEntries(kept)))
    })
    found[table] = lines.sort()
  }
  return found
}

/** One checksum per table over every column of every row: equal only when nothing at all was written. */
export async function checksums(pool: Pool): Promise<Record<string, string>> {
  const sums: Record<string, string> = {}
  for (const table of tables) {
    const { rows } = await pool.query<{ sum: string }>(
      `SELECT count(*) || md5(coalesce(string_agg(line, '' ORDER BY line), '')) AS sum
       FROM (SELECT md5(whole::text) AS line FROM ${table} AS whole) AS lines`,
    )
    sums[table] = rows[0]?.sum ?? ''
  }
  return sums
}

/** Events of titles that wait to be told: type, slug, version. */
export async function events(pool: Pool): Promise<{ type: string; slug: string; version: number }[]> {
  const { rows } = await pool.query<{ type: string; slug: string; version: number }>(
    `SELECT type, body::json->>'slug' AS slug, subject_version::integer AS version FROM outbox
     WHERE type LIKE 'content.%' ORDER BY id`,
  )
  return rows
}
