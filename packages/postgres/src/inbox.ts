import type { Pool, Tx } from './pool.js'
import { query, sql } from './statement.js'

const keep = sql(
  'inbox.keep',
  `INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING event_id`,
)
const prune = sql(
  'inbox.prune',
  `DELETE FROM inbox WHERE received_at < now() - $1 * interval '1 millisecond'`,
)

/**
 * Keeps the event's id in the transaction of its effect. True: it is new, apply it. False: its effect is here already.
 * A second delivery at the same time waits for the first transaction to end.
 */
export async function once(tx: Tx, consumer: string, eventId: string): Promise<boolean> {
  return (await onceEach(tx, consumer, [eventId])).has(eventId)
}

/** The same for a batch: the ids that are new. */
export async function onceEach(tx: Tx, consumer: string, eventIds: string[]): Promise<Set<string>> {
  // Sorted, so that two batches with the same ids cannot wait for each other.
  const rows = await query<{ event_id: string }>(tx, keep, [consumer, [...new Set(eventIds)].sort()])
  return new Set(rows.map((row) => row.event_id))
}

/** Forgets ids older than this, which must be longer than topics and dead letters live. */
export async function pruneInbox(pool: Pool, olderThanMs: number): Promise<void> {
  await query(pool, prune, [olderThanMs])
}
