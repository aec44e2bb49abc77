export { citusInstalled } from './citus.js'
export { copyRows } from './copy.js'
export {
  type Answer,
  IdempotencyConflict,
  type IdempotentRequest,
  idempotent,
  pruneIdempotencyKeys,
  type StoredAnswer,
} from './idempotency.js'
export { once, onceEach, pruneInbox } from './inbox.js'
export { type JobOptions, job } from './job.js'
export { createLease, type Lease, type LeaseOptions } from './lease.js'
export { type MigrateOptions, migrate } from './migrate.js'
export { isOutage } from './outage.js'
export {
  outboxColumns,
  outboxRow,
  type PostgresOutboxOptions,
  postgresOutbox,
  writeOutbox,
} from './outbox.js'
export { createPool, type Db, type Log, type Pool, type PoolOptions, type Tx, transaction } from './pool.js'
export { query, type Statement, sql, statementName } from './statement.js'
export {
  idempotencyStatements,
  inboxStatements,
  leaseStatements,
  manageStatements,
  outboxStatements,
} from './tables.js'
export { traceInbox, traceOutbox } from './trace.js'
