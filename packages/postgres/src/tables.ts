/*
 * Tables that an app's migrations create, one statement per string. Where Citus is installed, outbox, inbox and
 * idempotency keys must be Citus-managed local tables, made so while empty (manageStatements): with a plain local table the workers commit first, and a coordinator that fails then keeps the
 * state and loses the event, the inbox row or the stored answer.
 */

/** Facts not yet told, and those told lately. */
export const outboxStatements = (): string[] => [
  `CREATE TABLE outbox (
     id uuid PRIMARY KEY,
     type text NOT NULL,
     schema_version integer NOT NULL,
     time timestamptz NOT NULL,
     subject text NOT NULL,
     subject_version bigint NOT NULL,
     traceparent text,
     body text NOT NULL,
     claimed_until timestamptz,
     claimed_epoch bigint,
     published_at timestamptz
   )`,
  'CREATE INDEX outbox_pending ON outbox (id) WHERE published_at IS NULL',
  'CREATE INDEX outbox_pending_subject ON outbox (subject, subject_version) WHERE published_at IS NULL',
  'CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL',
]

/** Events whose effect is in this database already. */
export const inboxStatements = (): string[] => [
  `CREATE TABLE inbox (
     consumer text NOT NULL,
     event_id text NOT NULL,
     received_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (consumer, event_id)
   )`,
  'CREATE INDEX inbox_received ON inbox (received_at)',
]

/** Who leads what, and for the how manieth time. A plain local table: it guards others and is never part of an effect. */
export const leaseStatements = (): string[] => [
  `CREATE TABLE leases (
     name text PRIMARY KEY,
     holder text NOT NULL,
     epoch bigint NOT NULL,
     expires_at timestamptz NOT NULL
   )`,
]

/** Answers to requests that carried an Idempotency-Key. */
export const idempotencyStatements = (): string[] => [
  `CREATE TABLE idempotency_keys (
     scope text NOT NULL,
     key text NOT NULL,
     request_hash text NOT NULL,
     status integer NOT NULL,
     headers json NOT NULL,
     body bytea NOT NULL,
     expires_at timestamptz NOT NULL,
     PRIMARY KEY (scope, key)
   )`,
  'CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)',
]

/** What a migration runs after the tables above, only where `citusInstalled`. */
export const manageStatements = (): string[] =>
  ['outbox', 'inbox', 'idempotency_keys'].map(
    (table) => `SELECT citus_add_local_table_to_metadata('${table}')`,
  )
