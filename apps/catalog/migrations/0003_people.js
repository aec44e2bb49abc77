import { distribution, dropTables } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

const persons = `CREATE TABLE persons (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  original_name text,
  profile_url text,
  biography text,
  birth_date date,
  nationality text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

// One person may have several parts in a title, so a credit has an id of its own.
const cast = `CREATE TABLE cast_members (
  content_id uuid NOT NULL,
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text,
  is_lead boolean NOT NULL DEFAULT false,
  sort_order integer NOT NULL DEFAULT 0,
  PRIMARY KEY (content_id, id)
)`

const crew = `CREATE TABLE crew_members (
  content_id uuid NOT NULL,
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  department text,
  sort_order integer NOT NULL DEFAULT 0,
  PRIMARY KEY (content_id, id)
)`

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.begin()
  for (const table of [persons, cast, crew]) pgm.sql(table)
  citus.reference('persons')
  for (const table of ['cast_members', 'crew_members']) {
    citus.withTitle(table)
    pgm.sql(
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_content_fk FOREIGN KEY (content_id) REFERENCES content_metadata (id) ON DELETE CASCADE`,
    )
    pgm.sql(
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_person_fk FOREIGN KEY (person_id) REFERENCES persons (id)`,
    )
    pgm.sql(`CREATE INDEX ${table}_person_idx ON ${table} (person_id)`)
  }
  pgm.sql('CREATE INDEX persons_name_idx ON persons (lower(name))')
  pgm.sql('CREATE INDEX cast_members_order_idx ON cast_members (content_id, is_lead DESC, sort_order)')
  pgm.sql('CREATE INDEX crew_members_order_idx ON crew_members (content_id, department, sort_order)')
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'persons', 'cast_members', 'crew_members')
