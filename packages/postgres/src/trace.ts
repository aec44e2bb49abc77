import { type AppTrace, isUuid } from '@marquee/contracts'
import type { Db } from './pool.js'
import { query, sql } from './statement.js'

const perSubject = 20

// Published rows have no index by subject: a person asks this, now and then.
const outbox = sql(
  'trace.outbox',
  `WITH about AS (
     SELECT *, row_number() OVER (PARTITION BY subject ORDER BY subject_version DESC, id DESC) AS place
     FROM outbox WHERE subject = ANY($2::text[]) OR id = ANY($1::uuid[])
   )
   SELECT id, type, subject, subject_version AS "subjectVersion", time, claimed_until > now() AS claimed,
     claimed_until AS "claimedUntil", published_at AS "publishedAt"
   FROM about WHERE id = ANY($1::uuid[]) OR place <= ${perSubject} ORDER BY time DESC, id DESC`,
)
const inbox = sql(
  'trace.inbox',
  `SELECT event_id AS "eventId", consumer, received_at AS "receivedAt" FROM inbox
   WHERE event_id = ANY($1::text[]) ORDER BY received_at`,
)

interface OutboxRow {
  id: string
  type: string
  subject: string
  subjectVersion: number
  time: Date
  claimed: boolean | null
  claimedUntil: Date | null
  publishedAt: Date | null
}

/** Rows of the outbox with one of these ids, or about one of them. */
export async function traceOutbox(db: Db, ids: readonly string[]): Promise<AppTrace['outbox']> {
  const rows = await query<OutboxRow>(db, outbox, [ids.filter(isUuid), ids])
  return rows.map(({ claimed, claimedUntil, publishedAt, time, ...row }) => ({
    ...row,
    time: time.toISOString(),
    state: publishedAt ? ('published' as const) : claimed ? ('claimed' as const) : ('pending' as const),
    claimedUntil: publishedAt || !claimed ? null : claimedUntil!.toISOString(),
    publishedAt: publishedAt?.toISOString() ?? null,
  }))
}

/** Which consumers have counted these events. */
export async function traceInbox(db: Db, ids: readonly string[]): Promise<AppTrace['inbox']> {
  const rows = await query<{ eventId: string; consumer: string; receivedAt: Date }>(db, inbox, [ids])
  return rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() }))
}
