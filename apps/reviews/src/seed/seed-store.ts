import { type NewEvent, world } from '@marquee/contracts'
import { trusted } from 'mongoose'
import type { Database, Tx } from '../database-store.js'
import type { VoteDocument } from '../models-store.js'
import { writeOutbox } from '../outbox/outbox-store.js'
import type { ReviewDocument } from '../reviews/review-document.js'
import { figuresDelta, ratingChanged, type SummaryDocument } from '../summaries/summary-rules.js'
import { transaction } from '../transaction-store.js'
import { reviewsOf, type SeededReview, type SeedOptions } from './generate-reviews.js'

export interface SeedReport {
  reviews: number
  /** The rest was there. */
  added: number
  titles: number
}

/** Small enough to be through long before MongoDB ends a transaction by itself. */
const batchSize = 250
const batchTimeoutMs = 60_000

/** The two reviews of the named world, then invented ones of every other title. What is there stays, whoever wrote it. */
export async function seedReviews(
  database: Database,
  ids: string[],
  options: SeedOptions,
  show: (titles: number) => void = () => undefined,
): Promise<SeedReport> {
  const report = { reviews: 0, added: 0, titles: ids.length }
  let batch: SeededReview[] = []
  const flush = async () => {
    report.reviews += batch.length
    report.added += await insertBatch(database, batch)
    batch = []
  }
  for (const [n, contentId] of inOrder(ids).entries()) {
    batch.push(...(named.get(contentId) ?? reviewsOf(contentId, options)))
    if (batch.length < batchSize) continue
    await flush()
    show(n + 1)
  }
  if (batch.length > 0) await flush()
  show(ids.length)
  return report
}

/** By title of the named world; those without a review there have none. */
const named = new Map<string, SeededReview[]>(Object.values(world.contents).map(({ id }) => [id, []]))
for (const { id, createdAt, updatedAt, ...review } of Object.values(world.reviews)) {
  const times = { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) }
  named
    .get(review.contentId)
    ?.push({ review: { _id: id, ...review, ...times, edits: [], moderation: [] }, voters: [] })
}

const inOrder = (ids: string[]): string[] => [
  ...ids.filter((id) => named.has(id)),
  ...ids.filter((id) => !named.has(id)),
]

const pairOf = ({ contentId, userId }: Pick<ReviewDocument, 'contentId' | 'userId'>) =>
  `${contentId} ${userId}`

/** Reviews, votes, figures and events in one transaction. Answers how many were not there. */
const insertBatch = (database: Database, batch: SeededReview[]): Promise<number> =>
  transaction(database, batchTimeoutMs, async (tx) => {
    const contentIds = [...new Set(batch.map(({ review }) => review.contentId))]
    const there = await database.reviews
      .find({ contentId: trusted({ $in: contentIds }) }, { contentId: 1, userId: 1 })
      .session(tx)
      .lean<ReviewDocument[]>()
      .exec()
    const taken = new Set(there.map(pairOf))
    const fresh = batch.filter(({ review }) => !taken.has(pairOf(review)))
    if (fresh.length === 0) return 0
    const reviews = fresh.map(({ review }) => review)
    await database.reviews.insertMany(reviews, { session: tx, lean: true, ordered: true })
    const votes = fresh.flatMap(votesFor)
    if (votes.length > 0) await database.votes.insertMany(votes, { session: tx, lean: true })
    const summaries = await addFigures(database, tx, reviews)
    await writeOutbox(database, tx, [...reviews.map(posted), ...summaries.map(changed)])
    return fresh.length
  })

const votesFor = ({ review, voters }: SeededReview): VoteDocument[] =>
  voters.map((userId) => ({ reviewId: review._id, userId, at: review.createdAt }))

async function addFigures(
  { summaries }: Database,
  tx: Tx,
  reviews: ReviewDocument[],
): Promise<SummaryDocument[]> {
  const deltas = new Map<string, Record<string, number>>()
  for (const { contentId, rating } of reviews) {
    const sums = deltas.get(contentId) ?? {}
    for (const [field, by] of Object.entries(figuresDelta(null, rating) ?? {}))
      sums[field] = field === 'version' ? 1 : (sums[field] ?? 0) + by
    deltas.set(contentId, sums)
  }
  const updates = [...deltas].map(([_id, $inc]) => ({
    updateOne: { filter: { _id }, update: { $inc }, upsert: true },
  }))
  await summaries.bulkWrite(updates, { session: tx, ordered: true })
  return await summaries
    .find({ _id: trusted({ $in: [...deltas.keys()] }) })
    .session(tx)
    .lean<SummaryDocument[]>()
    .exec()
}

const posted = ({ _id, contentId, userId, rating }: ReviewDocument): NewEvent => ({
  type: 'review.posted',
  subject: _id,
  subjectVersion: 1,
  body: { id: _id, contentId, userId, rating },
})
const changed = (summary: SummaryDocument): NewEvent => ({
  type: 'rating.changed',
  subject: summary._id,
  subjectVersion: summary.version,
  body: ratingChanged(summary),
})
