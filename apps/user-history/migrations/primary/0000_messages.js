import { idempotencyStatements, inboxStatements, leaseStatements } from '@marquee/postgres'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// No outbox: this app states no facts that another consumes.
export const up = (/** @type {MigrationBuilder} */ pgm) => {
  const statements = [inboxStatements(), leaseStatements(), idempotencyStatements()].flat()
  for (const statement of statements) pgm.sql(statement)
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of ['idempotency_keys', 'leases', 'inbox']) pgm.sql(`DROP TABLE ${table}`)
}
