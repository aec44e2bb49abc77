import { bool, date, dropCollections, makeCollection, only, text, uuid, whole } from './support/collection.js'

/** @import { Db } from 'mongodb' */

const day = 86_400

const outbox = only(
  {
    _id: uuid,
    type: text,
    schemaVersion: whole(1),
    time: date,
    subject: text,
    subjectVersion: whole(1),
    body: text,
  },
  { traceparent: text, pending: bool, claimedUntil: date, claimedEpoch: whole(1), publishedAt: date },
)

// `pending` is there only until the broker has confirmed, so that these indexes hold what waits and nothing else.
const pending = { partialFilterExpression: { pending: true } }
const outboxIndexes = [
  { name: 'pending', key: { pending: 1, _id: 1 }, ...pending },
  { name: 'pending_of_subject', key: { subject: 1, subjectVersion: 1 }, ...pending },
  // Kept for reconciliation, then forgotten by MongoDB itself.
  { name: 'published', key: { publishedAt: 1 }, expireAfterSeconds: 7 * day },
]

const lease = only({ _id: text, holder: text, epoch: whole(1), until: date })

const answer = only({
  _id: text,
  requestHash: text,
  status: whole(200, 299),
  headers: { bsonType: 'object' },
  body: { bsonType: 'binData' },
  expiresAt: date,
})

/** @param {Db} db */
export async function up(db) {
  await makeCollection(db, 'outbox', { schema: outbox, indexes: outboxIndexes })
  await makeCollection(db, 'leases', { schema: lease })
  await makeCollection(db, 'idempotency_keys', {
    schema: answer,
    indexes: [{ name: 'expired', key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
  })
}

/** @param {Db} db */
export const down = (db) => dropCollections(db, ['idempotency_keys', 'leases', 'outbox'])
