import { query, sql, type Tx } from '@marquee/postgres'
import { changesOf, type ServerOptions } from './server-options.js'

const lock = sql('federation.lock', `SELECT pg_advisory_xact_lock(hashtext('marquee federation'))`)
const read = sql(
  'federation.read',
  `SELECT s.srvname AS name,
     coalesce(jsonb_object_agg(o.option_name, o.option_value) FILTER (WHERE o.option_name IS NOT NULL), '{}') AS options
   FROM pg_foreign_server AS s LEFT JOIN LATERAL pg_options_to_table(s.srvoptions) AS o ON true GROUP BY s.oid`,
)
const lend = sql(
  'federation.lend',
  `SELECT set_config('marquee.federation_server', $1, true), set_config('marquee.federation_user', $2, true),
     set_config('marquee.federation_password', $3, true)`,
)
// The password comes from a setting of the transaction: a statement that names it would be kept by pg_stat_statements and in logs.
const map = sql(
  'federation.map',
  `DO $$ DECLARE server text := current_setting('marquee.federation_server'); BEGIN
     EXECUTE format('DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER %I', server);
     EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (user %L, password %L)', server,
       current_setting('marquee.federation_user'), current_setting('marquee.federation_password'));
   END $$`,
)

/**
 * The planner sends ORDER BY and LIMIT along where it expects more rows than the limit. What it expects of a foreign table is told
 * by nobody else: ANALYZE would tell the truth, by which a page of somebody with few plays is sorted and cut here.
 */
const expect = sql(
  'federation.expect',
  `UPDATE pg_class AS c SET reltuples = told.rows FROM pg_namespace AS n, (VALUES
     ('users', 1e8::real), ('user_watch_history', 1e8::real), ('content_audience', 1e6::real), ('server_state', 1::real)
   ) AS told (name, rows)
   WHERE n.oid = c.relnamespace AND n.nspname = $1 AND c.relname = told.name AND c.relkind = 'f' AND c.reltuples <> told.rows`,
)

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Gives the foreign servers their addresses and the present role its way in. Sessions that are open take notice with their next
 * transaction. @throws Error when the migrations have not made the servers
 */
export async function setForeignServers(tx: Tx, { servers, user, password }: ServerOptions): Promise<void> {
  await query(tx, lock)
  const rows = await query<{ name: string; options: Record<string, string> }>(tx, read)
  const present = new Map(rows.map(({ name, options }) => [name, options]))
  for (const [name, wanted] of Object.entries(servers)) {
    const options = present.get(name)
    if (!options) throw new Error(`the foreign server "${name}" is not there: migrate first`)
    await setOptions(tx, name, options, wanted)
    await query(tx, lend, [name, user, password])
    await query(tx, map)
    await query(tx, expect, [name])
  }
}

async function setOptions(
  tx: Tx,
  server: string,
  present: Record<string, string>,
  wanted: Record<string, string>,
): Promise<void> {
  const changes = changesOf(present, wanted).map(
    ({ does, name, value }) => `${does} ${name}${value === undefined ? '' : ` ${literal(value)}`}`,
  )
  if (changes.length > 0) await tx.query(`ALTER SERVER ${server} OPTIONS (${changes.join(', ')})`)
}
