import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { score } from '../statistics/stats-store.js'
import { episodes, type Projection, titles } from './projection.js'

/*
 * Tables are built in the schema `projections_next` under the live ones' names, with the names of their indexes and keys, and take
 * their place by changing schema with them; the old ones go through `projections_old`.
 */

const next = ({ table }: Projection) => `projections_next.${table}`
const listed = ({ columns, figures }: Projection) =>
  [...columns, ...figures, ...(figures.length > 0 ? ['rating_score'] : [])].join(', ')
const scored = `CASE WHEN rating_count > 0 THEN ${score('$3', 'rating', 'rating_count')} ELSE 0 END`

/** Rows as the shards have them now. Where there are figures, $3 is the mean of all ratings. */
const add = (of: Projection, where: string) =>
  `INSERT INTO ${next(of)} (${listed(of)})
   SELECT ${listed(of).replace('rating_score', scored)} FROM (${of.source}) AS made WHERE ${where}`

/** Rows that are not alike in the live table and the next one; `among`: looked for among these. */
const differing = (of: Projection, among = '') => {
  const side = (name: string) => `(${of.columns.map((column) => `${name}.${column}`).join(', ')})`
  const title = of.key[0]
  return `SELECT coalesce(l.id, n.id) AS id, l.${title} AS of, n.${title} AS also
    FROM (SELECT * FROM ${of.table} ${among}) AS l FULL JOIN (SELECT * FROM ${next(of)} ${among}) AS n ON n.id = l.id
    WHERE ${side('l')} IS DISTINCT FROM ${side('n')}`
}
const these = 'WHERE id = ANY($1::uuid[])'

const dropOld = sql('projections.drop-old', 'DROP SCHEMA IF EXISTS projections_next, projections_old CASCADE')
// Every edit writes a projection, so this keeps all writers out and no reader. In the order in which bulk writers come.
const lockOut = sql('projections.lock-out', 'LOCK TABLE content_listing, episode_listing IN SHARE MODE')
const now = sql('projections.now', 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon')
const pageEnd = sql(
  'projections.page-end',
  'SELECT id FROM content_metadata WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1',
)
const indexes = sql(
  'projections.indexes',
  `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition, pg_get_constraintdef(k.oid) AS "constraint"
   FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
   LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
   WHERE i.indrelid = to_regclass($1) ORDER BY i.indisprimary DESC, c.relname`,
)
const shape = sql(
  'projections.shape',
  `SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attgenerated), ', ' ORDER BY attnum) AS columns,
     (SELECT count(*) FROM pg_index WHERE indrelid = to_regclass($1)) AS indexes
   FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
)

// Written by a transaction that had not ended at the horizon. On Citus too the coordinator's own copy is asked.
const since = 'WHERE age(xmin) <= age($1::text::xid)'

const ofTitles = {
  fill: sql('projections.fill-titles', add(titles, 'id > $1::uuid AND id <= $2::uuid')),
  differing: sql('projections.titles-differing', differing(titles)),
  theseDiffering: sql('projections.these-titles-differing', differing(titles, these)),
  since: sql('projections.titles-since', `SELECT id FROM content_listing ${since}`),
  forget: sql('projections.forget-titles', `DELETE FROM projections_next.content_listing ${these}`),
  read: sql('projections.read-titles', add(titles, 'id = ANY($1::uuid[]) AND id = ANY($2::uuid[])')),
  count: sql('projections.count-titles', 'SELECT count(*) AS count FROM content_listing'),
}
const ofEpisodes = {
  fill: sql('projections.fill-episodes', add(episodes, 'content_id > $1::uuid AND content_id <= $2::uuid')),
  differing: sql('projections.episodes-differing', differing(episodes)),
  theseDiffering: sql('projections.these-episodes-differing', differing(episodes, these)),
  since: sql('projections.episodes-since', `SELECT id FROM episode_listing ${since}`),
  forget: sql('projections.forget-episodes', `DELETE FROM projections_next.episode_listing ${these}`),
  // On the shards an episode is found by its title.
  read: sql(
    'projections.read-episodes',
    add(episodes, 'id = ANY($1::uuid[]) AND content_id = ANY($2::uuid[])'),
  ),
  count: sql('projections.count-episodes', 'SELECT count(*) AS count FROM episode_listing'),
}
const statementsOf = ({ table }: Projection) => (table === 'content_listing' ? ofTitles : ofEpisodes)

const meanOf = ({ figures }: Projection, mean: number) => (figures.length > 0 ? [mean] : [])

/** A row that is not alike in the live table and in the next one, and the titles it is said to be of. */
export interface DifferingRow {
  id: string
  of: string | null
  also: string | null
}

/** What a rebuild leaves, or left when it was killed. */
export async function dropLeftovers(tx: Tx): Promise<void> {
  // Else Citus would lock the outbox, to see whether it is still needed on every node.
  await tx.query('SET LOCAL citus.enable_local_reference_table_foreign_keys TO off')
  await query(tx, dropOld)
}

export const lockWritersOut = (tx: Tx) => query(tx, lockOut)

/** Empty tables like the live ones, without their indexes; placed as the migrations place them. */
export async function makeNext(tx: Tx, all: readonly Projection[], citus: boolean): Promise<void> {
  await tx.query(`SET LOCAL citus.multi_shard_modify_mode TO 'sequential'`)
  await tx.query('CREATE SCHEMA projections_next')
  await tx.query('CREATE SCHEMA projections_old')
  for (const of of all) {
    await tx.query(`CREATE TABLE ${next(of)} (LIKE ${of.table} INCLUDING ALL EXCLUDING INDEXES)`)
    if (citus) await tx.query(`SELECT create_reference_table('${next(of)}')`)
  }
}

interface Index {
  name: string
  definition: string
  constraint: string | null
}

/** The indexes and keys of the live table, under the same names. `timeoutMs` is for each. */
export async function indexNext(session: Tx, of: Projection, timeoutMs: number): Promise<void> {
  for (const { name, definition, constraint } of await query<Index>(session, indexes, [of.table])) {
    const text = constraint
      ? `ALTER TABLE ${next(of)} ADD CONSTRAINT "${name}" ${constraint}`
      : definition.replace(/ ON (ONLY )?\S+ USING /, ` ON ${next(of)} USING `)
    await session.query({ text, query_timeout: timeoutMs } as { text: string })
  }
  await session.query(`ANALYZE ${next(of)}`)
}

/** The id of the title that ends a page of `size` behind `after`; null on the last one. */
export const endOfPage = async (db: Db, after: string, size: number): Promise<string | null> =>
  (await query<{ id: string }>(db, pageEnd, [after, size - 1]))[0]?.id ?? null

/** Everything of the titles behind `after` up to `end`. */
export const fill = (session: Tx, of: Projection, mean: number, after: string, end: string) =>
  query(session, statementsOf(of).fill, [after, end, ...meanOf(of, mean)])

export const differingRows = (session: Tx, of: Projection): Promise<DifferingRow[]> =>
  query<DifferingRow>(session, statementsOf(of).differing)
export const differingAmong = (tx: Tx, of: Projection, ids: string[]): Promise<DifferingRow[]> =>
  query<DifferingRow>(tx, statementsOf(of).theseDiffering, [ids])

/** A moment: what was written before it is visible to whoever looks after it. */
export const horizonNow = async (session: Tx): Promise<string> =>
  (await query<{ horizon: string }>(session, now))[0]?.horizon ?? '0'
/** Rows of the live table that were written since, by whomever. */
export const writtenSince = async (tx: Tx, of: Projection, horizon: string): Promise<string[]> =>
  (await query<{ id: string }>(tx, statementsOf(of).since, [horizon])).map(({ id }) => id)

/** Reads these rows of the shards again, whether they are there or not. */
export async function readAgain(tx: Tx, of: Projection, mean: number, rows: DifferingRow[]): Promise<void> {
  const ids = rows.map(({ id }) => id)
  const titlesOf = [...new Set(rows.flatMap((row) => [row.of, row.also]))].filter((id) => id !== null)
  await query(tx, statementsOf(of).forget, [ids])
  await query(tx, statementsOf(of).read, [ids, titlesOf, ...meanOf(of, mean)])
}

export const countLive = async (db: Db, of: Projection): Promise<number> =>
  (await query<{ count: number }>(db, statementsOf(of).count))[0]?.count ?? 0

/** Whether the next table has the columns and as many indexes as the live one has now. */
export async function sameShape(tx: Tx, of: Projection): Promise<boolean> {
  const [live] = await query(tx, shape, [of.table])
  const [made] = await query(tx, shape, [next(of)])
  return JSON.stringify(live) === JSON.stringify(made)
}

/** Puts the next tables in the place of the live ones. */
export async function swap(tx: Tx, all: readonly Projection[]): Promise<void> {
  await tx.query(`SET LOCAL citus.multi_shard_modify_mode TO 'sequential'`)
  for (const { table } of all) await tx.query(`ALTER TABLE ${table} SET SCHEMA projections_old`)
  for (const of of all) await tx.query(`ALTER TABLE ${next(of)} SET SCHEMA public`)
}
