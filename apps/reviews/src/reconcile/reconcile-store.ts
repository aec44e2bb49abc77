import type { ClientSession } from 'mongoose'
import { type Database, requireConnected } from '../database-store.js'
import { presentSummary, type SummaryDocument } from '../summaries/summary-rules.js'

export interface Reconciliation {
  reviews: number
  hidden: number
  /** Titles with a published review. */
  titles: number
  votes: number
  /** Events not yet confirmed by the broker. */
  outboxPending: number
  /** Figures of a title and what its published reviews make, at most 20. */
  titlesThatDiffer: { id: string; summary: Figures; reviews: Figures }[]
  /** Reviews whose `helpfulCount` is not the number of their votes, at most 20. */
  reviewsThatDiffer: { id: string; helpfulCount: number; votes: number }[]
  agrees: boolean
}
interface Figures {
  count: number
  sum: number
  /** How often each rating was given, 1 to 10. */
  distribution: number[]
}

const nothing: Figures = { count: 0, sum: 0, distribution: Array(10).fill(0) }

/** Holds reviews, figures and votes against each other, all of one moment. `onId` gets the id of every stored review. */
export async function reconcile(
  database: Database,
  options: { onId?: (id: string) => void } = {},
): Promise<Reconciliation> {
  requireConnected(database.connection)
  const session = await database.connection.startSession({ snapshot: true })
  try {
    if (options.onId) for await (const { _id } of idsOf(database, session)) options.onId(_id)
    const [counted, titlesThatDiffer, reviewsThatDiffer] = [
      await counts(database, session),
      await compareFigures(database, session),
      await compareVotes(database, session),
    ]
    return {
      ...counted,
      titlesThatDiffer: titlesThatDiffer.slice(0, 20),
      reviewsThatDiffer: reviewsThatDiffer.slice(0, 20),
      agrees: titlesThatDiffer.length + reviewsThatDiffer.length === 0,
    }
  } finally {
    await session.endSession()
  }
}

const idsOf = ({ reviews }: Database, session: ClientSession): AsyncIterable<{ _id: string }> =>
  reviews.find({}, { _id: 1 }).session(session).lean<{ _id: string }[]>().cursor({ batchSize: 5000 })

async function counts(database: Database, session: ClientSession) {
  const one = async (source: 'reviews' | 'votes' | 'outbox', filter: object = {}) => {
    const pipeline = [{ $match: filter }, { $count: 'count' }]
    const [found] = await database[source].aggregate<{ count: number }>(pipeline, { session }).exec()
    return found?.count ?? 0
  }
  return {
    reviews: await one('reviews'),
    hidden: await one('reviews', { status: 'hidden' }),
    titles: (await database.reviews.distinct('contentId', { status: 'published' }).session(session).exec())
      .length,
    votes: await one('votes'),
    outboxPending: await one('outbox', { pending: true }),
  }
}

async function compareFigures(
  { reviews, summaries }: Database,
  session: ClientSession,
): Promise<Reconciliation['titlesThatDiffer']> {
  const made = new Map<string, Figures>()
  const groups = reviews.aggregate<{ _id: { id: string; rating: number }; count: number }>(
    [
      { $match: { status: 'published' } },
      { $group: { _id: { id: '$contentId', rating: '$rating' }, count: { $sum: 1 } } },
    ],
    { session, allowDiskUse: true },
  )
  for await (const { _id, count } of groups.cursor({ batchSize: 5000 })) {
    const { id, rating } = _id
    const before = made.get(id) ?? nothing
    made.set(id, {
      count: before.count + count,
      sum: before.sum + rating * count,
      distribution: before.distribution.with(rating - 1, count),
    })
  }
  const kept = new Map<string, Figures>()
  for await (const summary of summaries.find().session(session).lean<SummaryDocument[]>().cursor())
    kept.set(summary._id, figuresOf(summary))
  const differ: Reconciliation['titlesThatDiffer'] = []
  for (const id of new Set([...made.keys(), ...kept.keys()])) {
    const row = { id, summary: kept.get(id) ?? nothing, reviews: made.get(id) ?? nothing }
    if (JSON.stringify(row.summary) !== JSON.stringify(row.reviews)) differ.push(row)
  }
  return differ
}

const figuresOf = (summary: SummaryDocument): Figures => ({
  count: summary.count,
  sum: summary.sum,
  distribution: Object.values(presentSummary(summary).distribution),
})

async function compareVotes(
  { reviews, votes }: Database,
  session: ClientSession,
): Promise<Reconciliation['reviewsThatDiffer']> {
  const given = new Map<string, number>()
  const groups = votes.aggregate<{ _id: string; count: number }>(
    [{ $group: { _id: '$reviewId', count: { $sum: 1 } } }],
    { session, allowDiskUse: true },
  )
  for await (const { _id, count } of groups.cursor({ batchSize: 5000 })) given.set(_id, count)
  const differ: Reconciliation['reviewsThatDiffer'] = []
  const counted = reviews.find({}, { helpfulCount: 1 }).session(session)
  for await (const { _id: id, helpfulCount } of counted
    .lean<{ _id: string; helpfulCount: number }[]>()
    .cursor({ batchSize: 5000 })) {
    const row = { id, helpfulCount, votes: given.get(id) ?? 0 }
    given.delete(id)
    if (row.helpfulCount !== row.votes) differ.push(row)
  }
  // Votes for a review that is gone.
  for (const [id, count] of given) differ.push({ id, helpfulCount: 0, votes: count })
  return differ
}
