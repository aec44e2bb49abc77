import { query, sql, type Tx } from '@marquee/postgres'
import { changesOf, type ServerOptions } from './server-options.js'

const lock = sql('federation.lock', `SELECT pg_advisory_xact_lock(hashtext('marquee federation'))`)
const read = sql(
  'federation.read',
  `SELECT coalesce(jsonb_object_agg(o.option_name, o.option_value) FILTER (WHERE o.option_name IS NOT NULL), '{}') AS options
   FROM pg_foreign_server AS s LEFT JOIN LATERAL pg_options_to_table(s.srvoptions) AS o ON true
   WHERE s.srvname = 'analytics' GROUP BY s.oid`,
)
const lend = sql(
  'federation.lend',
  `SELECT set_config('marquee.federation_user', $1, true), set_config('marquee.federation_password', $2, true)`,
)
// The password comes from a setting of the transaction: a statement that names it would be kept by pg_stat_statements and in logs.
const map = sql(
  'federation.map',
  `DO $$ BEGIN
     DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER analytics;
     EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER analytics OPTIONS (user %L, password %L)',
       current_setting('marquee.federation_user'), current_setting('marquee.federation_password'));
   END $$`,
)

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Gives the foreign server its addresses and the present role its way in. Sessions that are open take notice with their next
 * transaction. @throws Error when the migrations have not made the server
 */
export async function setForeignServer(tx: Tx, { server, user, password }: ServerOptions): Promise<void> {
  // As the migration that made it: workers have no such server. On plain PostgreSQL a name without a meaning.
  await tx.query('SET LOCAL citus.enable_ddl_propagation TO off')
  await query(tx, lock)
  const [present] = await query<{ options: Record<string, string> }>(tx, read)
  if (!present) throw new Error('the foreign server "analytics" is not there: migrate first')
  const changes = changesOf(present.options, server).map(
    ({ does, name, value }) => `${does} ${name}${value === undefined ? '' : ` ${literal(value)}`}`,
  )
  if (changes.length > 0) await tx.query(`ALTER SERVER analytics OPTIONS (${changes.join(', ')})`)
  await query(tx, lend, [user, password])
  await query(tx, map)
}
