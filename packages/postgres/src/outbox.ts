import { type EventRecord, eventTypes, type NewEvent } from '@marquee/contracts'
import { v7 as uuidv7 } from 'uuid'
import type { Lease } from './lease.js'
import { type Pool, type Tx, transaction } from './pool.js'
import { query, sql } from './statement.js'
import { createWakeUp, wakeUpChannel } from './wake-up.js'

export const outboxColumns = [
  'id',
  'type',
  'schema_version',
  'time',
  'subject',
  'subject_version',
  'traceparent',
  'body',
] as const

const insert = sql(
  'outbox.write',
  `INSERT INTO outbox (${outboxColumns.join(', ')})
   SELECT id, type, schema_version, now(), subject, subject_version, traceparent, body
   FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::bigint[], $6::text[], $7::text[])
     AS fact (id, type, schema_version, subject, subject_version, traceparent, body)`,
)
const notify = sql('outbox.notify', `SELECT pg_notify('${wakeUpChannel}', '')`)

/**
 * The outbox row of an event, in the order of outboxColumns: for COPY; writeOutbox for everything else.
 * @throws ZodError when the body is not what the type's schema says
 */
export function outboxRow(event: NewEvent, time = new Date()): unknown[] {
  const { version, schema } = eventTypes[event.type]
  const body = JSON.stringify(schema.parse(event.body))
  const { type, subject, subjectVersion, traceparent = null } = event
  return [uuidv7(), type, version, time.toISOString(), subject, subjectVersion, traceparent, body]
}

/** States facts in the transaction that makes them true, at its time: clocks of instances differ. The relay is woken by the commit. */
export async function writeOutbox(tx: Tx, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event) => outboxRow(event))
  await query(
    tx,
    insert,
    outboxColumns.flatMap((name, column) => (name === 'time' ? [] : [rows.map((row) => row[column])])),
  )
  await query(tx, notify)
}

// Whole subjects in the order of their oldest row, each from its first unpublished version: ids of two writers keep no order,
// versions do. A subject with a live claim is left out, so that nobody overtakes. A claim of an earlier epoch is nobody's.
const claim = sql(
  'outbox.claim',
  `WITH oldest AS MATERIALIZED (
     SELECT subject, row_number() OVER (ORDER BY id) AS place FROM (
       SELECT id, subject FROM outbox
       WHERE published_at IS NULL AND (claimed_until IS NULL OR claimed_until <= now() OR claimed_epoch < $2)
       ORDER BY id LIMIT $1
     ) AS waiting
   ), subjects AS (
     SELECT subject, min(place) AS place FROM oldest GROUP BY subject
   ), batch AS (
     SELECT rows.id FROM subjects CROSS JOIN LATERAL (
       SELECT id, subject_version FROM outbox WHERE subject = subjects.subject AND published_at IS NULL
       ORDER BY subject_version LIMIT $1
     ) AS rows
     WHERE NOT EXISTS (
       SELECT FROM outbox WHERE subject = subjects.subject AND published_at IS NULL
       AND claimed_until > now() AND claimed_epoch >= $2
     )
     ORDER BY subjects.place, rows.subject_version LIMIT $1
   ), free AS MATERIALIZED (
     SELECT id FROM outbox WHERE id IN (SELECT id FROM batch) AND published_at IS NULL FOR UPDATE SKIP LOCKED
   )
   UPDATE outbox SET claimed_until = now() + $3 * interval '1 millisecond', claimed_epoch = $2
   FROM free WHERE outbox.id = free.id RETURNING outbox.id`,
)
const read = sql(
  'outbox.read',
  `SELECT id, type, schema_version, time, subject, subject_version, traceparent, body FROM outbox
   WHERE id = ANY($1::uuid[]) AND published_at IS NULL ORDER BY id`,
)
const extend = sql(
  'outbox.renew',
  `UPDATE outbox SET claimed_until = now() + $3 * interval '1 millisecond'
   WHERE id = ANY($1::uuid[]) AND claimed_epoch = $2 AND published_at IS NULL RETURNING id`,
)
const mark = sql(
  'outbox.mark',
  'UPDATE outbox SET published_at = now() WHERE id = ANY($1::uuid[]) AND published_at IS NULL',
)
const depth = sql('outbox.depth', 'SELECT count(*) AS count FROM outbox WHERE published_at IS NULL')
const age = sql(
  'outbox.age',
  `SELECT coalesce(extract(epoch FROM now() - time) * 1000, 0) AS ms FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT 1`,
)
const prune = sql(
  'outbox.prune',
  `DELETE FROM outbox WHERE published_at < now() - $1 * interval '1 millisecond'`,
)

/** Longer than another process takes to look whether the post is free. */
const asideMs = 3000

export interface PostgresOutboxOptions {
  /** How long a claim holds without renewal; longer than the relay's deadline for a send. */
  claimMs?: number
  /** How long published rows are kept for reconciliation. */
  keepPublishedMs?: number
}

/** The outbox table as the relay sees it. Everything but the figures happens only while `lease` leads, checked in the same write. */
export function postgresOutbox(pool: Pool, lease: Lease, options: PostgresOutboxOptions = {}) {
  const { claimMs = 20_000, keepPublishedMs = 7 * 86_400_000 } = options
  const producer = String((pool.options as { application_name?: string }).application_name ?? '')
  const wakeUp = createWakeUp(pool)
  /** Runs work only as the leader, under the lock of the lease; undefined: somebody else leads. */
  const asLeader = async <T>(work: (tx: Tx, epoch: number) => Promise<T>): Promise<T | undefined> => {
    const epoch = lease.epoch()
    if (epoch === null) return undefined
    return await transaction(pool, async (tx) =>
      (await lease.guard(tx, epoch)) ? await work(tx, epoch) : undefined,
    )
  }
  return {
    /** At most `limit` rows, ordered by version within a subject; committed before it answers. Empty when somebody else leads. */
    async claim(limit: number): Promise<EventRecord[]> {
      const ids = await asLeader((tx, epoch) => query<{ id: string }>(tx, claim, [limit, epoch, claimMs]))
      if (!ids || ids.length === 0) return []
      // Read after the commit: a frozen reader of large rows would hold the lock of the lease meanwhile.
      const rows = await query<OutboxRow>(pool, read, [ids.map((row) => row.id)])
      return inOrder(rows).map((row) => toRecord(row, producer))
    },
    /** Marks what the broker has confirmed; without effect once somebody else leads (who then sends it again). */
    async markPublished(records: EventRecord[]): Promise<void> {
      await asLeader((tx) => query(tx, mark, [records.map((record) => record.id)]))
    },
    /** Keeps claimed rows claimed. False: they are no longer all ours, drop them. */
    async renew(records: EventRecord[]): Promise<boolean> {
      const kept = await asLeader((tx, epoch) =>
        query(tx, extend, [records.map((record) => record.id), epoch, claimMs]),
      )
      return kept?.length === records.length
    },
    standAside: () => lease.standAside(asideMs),
    waitForWork: wakeUp.wait,
    async pending(): Promise<number> {
      return (await query<{ count: number }>(pool, depth))[0]?.count ?? 0
    },
    /** Milliseconds since the oldest unpublished fact was stated. */
    async oldestMs(): Promise<number> {
      return (await query<{ ms: number }>(pool, age))[0]?.ms ?? 0
    },
    /** Deletes what was published long ago. */
    async prune(): Promise<void> {
      await asLeader((tx) => query(tx, prune, [keepPublishedMs]))
    },
    close: wakeUp.close,
  }
}

interface OutboxRow {
  id: string
  type: string
  schema_version: number
  time: Date
  subject: string
  subject_version: number
  traceparent: string | null
  body: string
}

/** Subjects by their oldest row, versions within a subject. */
function inOrder(rows: OutboxRow[]): OutboxRow[] {
  const bySubject = new Map<string, OutboxRow[]>()
  for (const row of rows) bySubject.set(row.subject, [...(bySubject.get(row.subject) ?? []), row])
  return [...bySubject.values()].flatMap((own) => own.sort((a, b) => a.subject_version - b.subject_version))
}

const toRecord = (row: OutboxRow, producer: string): EventRecord => ({
  id: row.id,
  type: row.type,
  schemaVersion: row.schema_version,
  time: row.time.toISOString(),
  subject: row.subject,
  subjectVersion: row.subject_version,
  producer,
  ...(row.traceparent !== null && { traceparent: row.traceparent }),
  body: row.body,
})
