import { distribution } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// What the catalogue reads of the analytics servers: the columns it needs, and no others.
const tables = {
  users: 'id uuid NOT NULL, created_at timestamptz(3) NOT NULL',
  user_watch_history: `id uuid NOT NULL, user_id uuid NOT NULL, content_id uuid NOT NULL, episode_id uuid, run integer NOT NULL,
    watched_at timestamptz(3) NOT NULL, watch_duration integer NOT NULL, completed boolean NOT NULL`,
  content_audience: 'content_id uuid NOT NULL, viewers bigint NOT NULL, plays bigint NOT NULL',
  server_state: 'role text NOT NULL, heartbeat_at timestamptz(3)',
}

// The same hosts, asked in the other order by the second server: since PostgreSQL 16 postgres_fdw waits for ever for a host that
// takes connections and says nothing, and never comes to the next one. Neither server has an address yet, which is the
// installation's business and not the schema's: `federate` gives them theirs.
const servers = ['analytics', 'analytics_fallback']

// These tables are asked in one way, which no estimate could better, and each estimate is a question to the other server: three per
// plan (on Citus six) took longer than the page itself. `fetch_size` is a little more than the largest page, in case the limit is
// not sent along after all.
const options = `schema_name 'public', fetch_size '128', use_remote_estimate 'false'`

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.here()
  pgm.sql('CREATE EXTENSION IF NOT EXISTS postgres_fdw')
  for (const server of servers) {
    pgm.sql(`CREATE SCHEMA ${server}`)
    pgm.sql(`CREATE SERVER ${server} FOREIGN DATA WRAPPER postgres_fdw`)
    for (const [table, columns] of Object.entries(tables))
      pgm.sql(`CREATE FOREIGN TABLE ${server}.${table} (${columns}) SERVER ${server} OPTIONS (${options})`)
  }
}

// With what `federate` has added to the servers. The extension stays: others may use it by now.
export const down = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.here()
  for (const server of servers.toReversed()) {
    for (const table of Object.keys(tables).toReversed()) pgm.sql(`DROP FOREIGN TABLE ${server}.${table}`)
    pgm.sql(`DROP SERVER ${server} CASCADE`)
    pgm.sql(`DROP SCHEMA ${server}`)
  }
}
