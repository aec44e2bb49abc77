import {
  copyRows,
  type Db,
  outboxColumns,
  outboxRow,
  type Pool,
  query,
  sql,
  type Tx,
  writeOutbox,
} from '@marquee/postgres'
import type { NewTitle } from './new-title.js'
import { createdEvent, episodeEvents, projectionTables, shardTables } from './title-rows.js'

const takenSlugs = sql('bulk.taken-slugs', 'SELECT slug FROM content_slugs WHERE slug = ANY($1::text[])')
// Figures may have come before the title: events outlive a database that is made anew.
const addStats = sql(
  'bulk.add-stats',
  'INSERT INTO content_stats (content_id) SELECT unnest($1::uuid[]) ON CONFLICT (content_id) DO NOTHING',
)

/**
 * Each title gets the first of its slugs that neither the catalogue nor a title before it has.
 * @throws when a title has none left
 */
export async function placeTitles(db: Db, titles: NewTitle[]): Promise<NewTitle[]> {
  const rows = await query<{ slug: string }>(db, takenSlugs, [titles.flatMap(({ slugs }) => slugs)])
  const taken = new Set(rows.map(({ slug }) => slug))
  return titles.map((title) => {
    const slug = title.slugs.find((candidate) => !taken.has(candidate))
    if (slug === undefined)
      throw new Error(`every slug of ${title.title.title} is taken: ${title.slugs.join(', ')}`)
    taken.add(slug)
    return { ...title, title: { ...title.title, slug } }
  })
}

/**
 * A transaction that writes many titles at once. On Citus it touches reference tables and many shards, which needs one connection
 * per node; on plain PostgreSQL the setting is a name without a meaning.
 */
export async function beginBulk(tx: Tx): Promise<void> {
  await tx.query(`SET LOCAL citus.multi_shard_modify_mode TO 'sequential'`)
  await tx.query('SET LOCAL idle_in_transaction_session_timeout TO 60000')
}

/** Fresh statistics for the planner after many rows came at once; it would else guess until autovacuum finds the time. */
export async function analyzeTitles(pool: Pool): Promise<void> {
  const tables = [...shardTables, ...projectionTables].map(({ table }) => table)
  await pool.query(`ANALYZE content_stats, ${tables.join(', ')}`)
}

/** Writes new titles with their projections and events. @throws 23505 when somebody took a slug meanwhile: begin again. */
export async function insertTitles(tx: Tx, titles: NewTitle[]): Promise<void> {
  if (titles.length === 0) return
  await copyTables(tx, shardTables, titles)
  await query(tx, addStats, [titles.map(({ title }) => title.id)])
  await writeOutbox(tx, titles.map(createdEvent))
  await tellEpisodes(tx, titles)
  await copyTables(tx, projectionTables, titles)
}

/** Ten times as many as the titles: COPYed. The relay is woken for the titles, and finds these too. */
async function tellEpisodes(tx: Tx, titles: NewTitle[]): Promise<void> {
  const events = titles.flatMap(episodeEvents)
  if (events.length > 0)
    await copyRows(
      tx,
      'outbox',
      outboxColumns,
      events.map((event) => outboxRow(event)),
    )
}

async function copyTables(tx: Tx, tables: typeof shardTables, titles: NewTitle[]): Promise<void> {
  for (const { table, columns, rows } of tables) {
    const values = titles.flatMap(rows)
    if (values.length > 0) await copyRows(tx, table, columns, values)
  }
}
