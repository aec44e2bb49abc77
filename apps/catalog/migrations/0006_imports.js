import { distribution, dropTables } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// Identity is a hash of source, its own id, title, begin and language: a site's ids alone are not unique. `imported` holds the
// values that the importer wrote last, so that a field that an editor changed since can be told from one that the source changed.
// Asked for in bulk and written with its title, so it is a managed local table and not spread over the shards.
const identities = `CREATE TABLE import_identities (
  identity text PRIMARY KEY,
  source text NOT NULL,
  content_id uuid NOT NULL,
  row_hash text NOT NULL,
  imported jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

// `position` is where a killed run goes on: rows of the source before it are done.
const runs = `CREATE TABLE import_runs (
  id uuid PRIMARY KEY,
  source text NOT NULL,
  source_version text,
  status text NOT NULL CHECK (status IN ('running', 'finished', 'failed')),
  position bigint NOT NULL DEFAULT 0,
  report jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3)
)`

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  pgm.sql(identities)
  pgm.sql(runs)
  citus.managed('import_identities')
  citus.managed('import_runs')
  pgm.sql('CREATE INDEX import_identities_content_idx ON import_identities (content_id)')
  pgm.sql('CREATE INDEX import_identities_source_idx ON import_identities (source)')
  pgm.sql(`CREATE UNIQUE INDEX import_runs_running_key ON import_runs (source) WHERE status = 'running'`)
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'import_identities', 'import_runs')
