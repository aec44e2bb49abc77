import { type EventRecord, eventTypes, type NewEvent } from '@marquee/contracts'
import type { Outbox } from '@marquee/events'
import { trusted } from 'mongoose'
import { v7 as uuidv7 } from 'uuid'
import { type Database, requireConnected, type Tx } from '../database-store.js'
import type { Lease } from '../leader/lease-store.js'
import type { OutboxDocument } from '../models-store.js'
import { createWakeUp } from './wake-up-store.js'

const producer = 'reviews'

/** Longer than another process takes to look whether the post is free. */
const asideMs = 3000

/** @throws ZodError when the body is not what the type's schema says */
export function outboxDocument(event: NewEvent, time: Date): OutboxDocument {
  const { version, schema } = eventTypes[event.type]
  const { type, subject, subjectVersion, traceparent } = event
  return {
    _id: uuidv7(),
    type,
    schemaVersion: version,
    time,
    subject,
    subjectVersion,
    ...(traceparent !== undefined && { traceparent }),
    body: JSON.stringify(schema.parse(event.body)),
    pending: true,
  }
}

/** States facts in the transaction that makes them true. */
export async function writeOutbox({ outbox, clock }: Database, tx: Tx, events: NewEvent[]): Promise<void> {
  const time = new Date(await clock.now())
  await outbox.insertMany(
    events.map((event) => outboxDocument(event, time)),
    { session: tx, lean: true },
  )
}

export interface MongoOutboxOptions {
  /** How long a claim holds without renewal; longer than the relay's deadline for a send. */
  claimMs?: number
}

type Waiting = Pick<OutboxDocument, '_id' | 'subject' | 'subjectVersion'> & { live: boolean }

/**
 * The outbox as the relay sees it. A claim is one write, which carries the epoch of the lease and passes only over claims of the same
 * or an earlier one: no transaction is open that a frozen process could leave behind.
 */
export function mongoOutbox(
  database: Database,
  lease: Pick<Lease, 'epoch'> & Partial<Pick<Lease, 'standAside'>>,
  { claimMs = 20_000 }: MongoOutboxOptions = {},
): Outbox {
  const { outbox, connection, clock } = database
  const wakeUp = createWakeUp(database)
  // By the server's clock, the only one that all instances share.
  const until = { $add: ['$$NOW', claimMs] }
  const live = (epoch: number) => ({
    $and: [{ $gt: ['$claimedUntil', '$$NOW'] }, { $gte: ['$claimedEpoch', epoch] }],
  })

  /** Whole subjects in the order of their oldest fact, each from its first unpublished version. */
  async function waiting(epoch: number, limit: number): Promise<Waiting[]> {
    // One moment for both questions: a scan that sees a later version has the earlier ones in the same picture.
    requireConnected(connection)
    const session = await connection.startSession({ snapshot: true })
    try {
      const oldest = await outbox
        .aggregate<{ subject: string }>(
          [
            { $match: { pending: true } },
            { $sort: { _id: 1 } },
            { $limit: limit * 5 },
            { $project: { subject: 1, live: live(epoch) } },
            { $match: { live: false } },
          ],
          { session, hint: 'pending' },
        )
        .exec()
      const subjects = [...new Set(oldest.map(({ subject }) => subject))].slice(0, limit)
      if (subjects.length === 0) return []
      const rows = await outbox
        .aggregate<Waiting>(
          [
            { $match: { pending: true, subject: { $in: subjects } } },
            { $sort: { subject: 1, subjectVersion: 1 } },
            { $limit: limit * 5 },
            { $project: { subject: 1, subjectVersion: 1, live: live(epoch) } },
          ],
          { session, hint: 'pending_of_subject' },
        )
        .exec()
      return inOrder(subjects, rows).slice(0, limit)
    } finally {
      await session.endSession()
    }
  }

  return {
    async claim(limit) {
      const epoch = lease.epoch()
      if (epoch === null) return []
      const ids = (await waiting(epoch, limit)).map(({ _id }) => _id)
      if (ids.length === 0) return []
      const { modifiedCount } = await outbox
        .updateMany(
          {
            _id: trusted({ $in: ids }),
            pending: true,
            $or: [{ claimedEpoch: trusted({ $exists: false }) }, { claimedEpoch: trusted({ $lte: epoch }) }],
          },
          [{ $set: { claimedUntil: until, claimedEpoch: epoch } }],
          { updatePipeline: true },
        )
        .exec()
      // Some were taken by a leader after us: then none of them is ours to send.
      if (modifiedCount !== ids.length) return []
      const rows = await outbox
        .find({ _id: trusted({ $in: ids }) })
        .lean<OutboxDocument[]>()
        .exec()
      const byId = new Map(rows.map((row) => [row._id, row]))
      return ids.flatMap((id) => byId.get(id) ?? []).map(toRecord)
    },
    async markPublished(records) {
      const epoch = lease.epoch()
      if (epoch === null) return
      await outbox
        .updateMany(
          { ...ours(records), claimedEpoch: epoch },
          [{ $set: { publishedAt: '$$NOW' } }, { $unset: ['pending', 'claimedUntil', 'claimedEpoch'] }],
          { updatePipeline: true },
        )
        .exec()
    },
    async renew(records) {
      const epoch = lease.epoch()
      if (epoch === null) return false
      const { matchedCount } = await outbox
        .updateMany({ ...ours(records), claimedEpoch: epoch }, [{ $set: { claimedUntil: until } }], {
          updatePipeline: true,
        })
        .exec()
      return matchedCount === records.length
    },
    standAside: () => lease.standAside?.(asideMs),
    waitForWork: wakeUp.wait,
    pending: () => outbox.countDocuments({ pending: true }).hint('pending').exec(),
    async oldestMs() {
      const oldest = await outbox
        .findOne({ pending: true }, { time: 1 })
        .sort({ _id: 1 })
        .hint('pending')
        .lean<{ time: Date }>()
        .exec()
      return oldest ? Math.max(0, (await clock.now()) - oldest.time.getTime()) : 0
    },
    close: wakeUp.close,
  }
}

const ours = (records: EventRecord[]) => ({
  _id: trusted({ $in: records.map(({ id }) => id) }),
  pending: true as const,
})

/** Without subjects of which somebody is sending something: nobody overtakes. */
function inOrder(subjects: string[], rows: Waiting[]): Waiting[] {
  const bySubject = new Map<string, Waiting[]>(subjects.map((subject) => [subject, []]))
  for (const row of rows) bySubject.get(row.subject)?.push(row)
  return [...bySubject.values()].filter((own) => !own.some((row) => row.live)).flat()
}

const toRecord = (row: OutboxDocument): EventRecord => ({
  id: row._id,
  type: row.type,
  schemaVersion: row.schemaVersion,
  time: row.time.toISOString(),
  subject: row.subject,
  subjectVersion: row.subjectVersion,
  producer,
  ...(row.traceparent !== undefined && { traceparent: row.traceparent }),
  body: row.body,
})
