/** @import { MigrationBuilder } from 'node-pg-migrate' */

// Few shards: with the default of 32 a list query was 750 times slower than on plain PostgreSQL, with 4 it is 19 times.
const shardCount = 4

const one = async (/** @type {MigrationBuilder} */ pgm, /** @type {string} */ text) =>
  Boolean((await pgm.db.query(text)).rows[0]?.yes)

/** Is the extension in this database, or can this server give it? */
export const extensionInstalled = (/** @type {MigrationBuilder} */ pgm, /** @type {string} */ name) =>
  one(pgm, `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '${name}') AS yes`)
export const extensionAvailable = (/** @type {MigrationBuilder} */ pgm, /** @type {string} */ name) =>
  one(pgm, `SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = '${name}') AS yes`)

/**
 * Where Citus is installed each call distributes an empty table, else it does nothing. Call `begin` first, and make foreign keys
 * only after both of their tables are in place.
 */
export async function distribution(/** @type {MigrationBuilder} */ pgm) {
  const citus = await extensionInstalled(pgm, 'citus')
  const run = (/** @type {string} */ text) => {
    if (citus) pgm.sql(text)
  }
  return {
    citus,
    /** Foreign keys tie reference and distributed tables together: one connection per node, not several. */
    begin: () => run(`SET LOCAL citus.multi_shard_modify_mode TO 'sequential'`),
    /** What follows in this migration is the coordinator's own: workers neither get nor need it. */
    here: () => run('SET LOCAL citus.enable_ddl_propagation TO off'),
    byId: (/** @type {string} */ table, /** @type {string} */ column) =>
      run(
        `SELECT create_distributed_table('${table}', '${column}', colocate_with => 'none', shard_count => ${shardCount})`,
      ),
    /** Beside the title it belongs to. */
    withTitle: (/** @type {string} */ table) =>
      run(`SELECT create_distributed_table('${table}', 'content_id', colocate_with => 'content_metadata')`),
    reference: (/** @type {string} */ table) => run(`SELECT create_reference_table('${table}')`),
    /** On the coordinator, yet part of its two-phase commits. */
    managed: (/** @type {string} */ table) => run(`SELECT citus_add_local_table_to_metadata('${table}')`),
  }
}

/** Drops in the reverse order of creation. */
export function dropTables(/** @type {MigrationBuilder} */ pgm, /** @type {string[]} */ ...tables) {
  for (const table of tables.toReversed()) pgm.sql(`DROP TABLE ${table}`)
}
