import {
  idempotencyStatements,
  inboxStatements,
  leaseStatements,
  manageStatements,
  outboxStatements,
} from '@marquee/postgres'
import { distribution, dropTables } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const { citus } = await distribution(pgm)
  const tables = [outboxStatements(), inboxStatements(), leaseStatements(), idempotencyStatements()]
  for (const statement of [...tables.flat(), ...(citus ? manageStatements() : [])]) pgm.sql(statement)
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'outbox', 'inbox', 'leases', 'idempotency_keys')
