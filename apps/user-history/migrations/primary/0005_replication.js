/** @import { MigrationBuilder } from 'node-pg-migrate' */

// One row, of this server alone: never published, so a copy cannot say that it is the original.
const role = `CREATE TABLE server_role (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  role text NOT NULL CHECK (role IN ('primary', 'replica'))
)`

const heartbeat = `CREATE TABLE replication_heartbeat (
  id integer PRIMARY KEY,
  at timestamptz NOT NULL
)`

// Who answers, and how old its data can be at most: now - heartbeat_at.
const state = `CREATE VIEW server_state AS
  SELECT role, (SELECT at FROM replication_heartbeat WHERE id = 1) AS heartbeat_at FROM server_role`

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const statement of [role, heartbeat, state]) pgm.sql(statement)
  pgm.sql(`INSERT INTO server_role (role) VALUES ('primary')`)
  pgm.sql('INSERT INTO replication_heartbeat (id, at) VALUES (1, now())')
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql('DROP VIEW server_state')
  pgm.sql('DROP TABLE replication_heartbeat')
  pgm.sql('DROP TABLE server_role')
}
