import {
  bool,
  date,
  dropCollections,
  listOf,
  makeCollection,
  only,
  orNull,
  text,
  uuid,
  whole,
} from './support/collection.js'

/** @import { Db } from 'mongodb' */

const words = { rating: whole(1, 10), title: orNull(text), text: orNull(text), hasSpoilers: bool }
const status = { enum: ['published', 'hidden'] }

const review = only({
  _id: uuid,
  contentId: uuid,
  userId: uuid,
  ...words,
  helpfulCount: whole(0),
  status,
  version: whole(1),
  createdAt: date,
  updatedAt: date,
  edits: listOf(only({ ...words, version: whole(1), editedAt: date }), 50),
  moderation: listOf(only({ status, reason: orNull(text), by: text, version: whole(1), at: date }), 100),
})

/** Each sort has an index that ends in what makes it a strict order; the filter on spoilers is read off the documents. */
const reviewIndexes = [
  { name: 'one_per_person', key: { contentId: 1, userId: 1 }, unique: true },
  { name: 'newest', key: { contentId: 1, status: 1, createdAt: -1, _id: -1 } },
  { name: 'helpful', key: { contentId: 1, status: 1, helpfulCount: -1, createdAt: -1, _id: -1 } },
  { name: 'highest', key: { contentId: 1, status: 1, rating: -1, createdAt: -1, _id: -1 } },
  { name: 'lowest', key: { contentId: 1, status: 1, rating: 1, createdAt: -1, _id: -1 } },
]

const perRating = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String(n + 1), whole(0)]))
const summary = only({
  _id: uuid,
  count: whole(0),
  sum: whole(0),
  distribution: only({}, perRating),
  version: whole(1),
})

const vote = only({ _id: { bsonType: 'objectId' }, reviewId: uuid, userId: uuid, at: date })

/** @param {Db} db */
export async function up(db) {
  await makeCollection(db, 'reviews', { schema: review, indexes: reviewIndexes })
  await makeCollection(db, 'review_summaries', { schema: summary })
  await makeCollection(db, 'helpful_votes', {
    schema: vote,
    indexes: [{ name: 'one_per_person', key: { reviewId: 1, userId: 1 }, unique: true }],
  })
}

/** @param {Db} db */
export const down = (db) => dropCollections(db, ['helpful_votes', 'review_summaries', 'reviews'])
