import { type Check, checkOf, checksAgree } from '@marquee/service-kit'
import type { ClientSession } from 'mongoose'
import { type Database, requireConnected } from '../database-store.js'
import { compareSummaries, type DifferingSummary } from '../summaries/recount-store.js'
import { checkPosted, checkStated } from './outbox-checks-store.js'

export interface Reconciliation {
  checks: Check[]
  reviews: number
  hidden: number
  /** Titles with a published review. */
  titles: number
  votes: number
  /** Events not yet confirmed by the broker. */
  outboxPending: number
  /** Figures of a title and what its published reviews make, at most 20. */
  titlesThatDiffer: DifferingSummary[]
  /** Reviews whose `helpfulCount` is not the number of their votes, at most 20. */
  reviewsThatDiffer: DifferingVotes[]
  agrees: boolean
}
interface DifferingVotes {
  id: string
  helpfulCount: number
  votes: number
}

/** Everything that `work` reads is of one moment. */
export async function atOneMoment<T>(
  { connection }: Database,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  requireConnected(connection)
  const session = await connection.startSession({ snapshot: true })
  try {
    return await work(session)
  } finally {
    await session.endSession()
  }
}

/** Holds reviews, figures, votes and facts against each other, all of one moment. `onId` gets the id of every stored review. */
export const reconcile = (
  database: Database,
  options: { onId?: (id: string) => void } = {},
): Promise<Reconciliation> =>
  atOneMoment(database, async (session) => {
    if (options.onId) for await (const { _id } of idsOf(database, session)) options.onId(_id)
    const counted = await counts(database, session)
    const summaries = await compareSummaries(database, session)
    const votes = await compareVotes(database, session)
    const checks = [
      checkOf('summaries against reviews, by title', summaries.compared, summaries.differ),
      checkOf('helpful counts against votes, by review', counted.reviews, votes),
      await checkPosted(database, session),
      await checkStated(database, session),
    ]
    return {
      checks,
      ...counted,
      titlesThatDiffer: summaries.differ.slice(0, 20),
      reviewsThatDiffer: votes.slice(0, 20),
      agrees: checksAgree(checks),
    }
  })

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

async function compareVotes({ reviews, votes }: Database, session: ClientSession): Promise<DifferingVotes[]> {
  const given = new Map<string, number>()
  const groups = votes.aggregate<{ _id: string; count: number }>(
    [{ $group: { _id: '$reviewId', count: { $sum: 1 } } }],
    { session, allowDiskUse: true },
  )
  for await (const { _id, count } of groups.cursor({ batchSize: 5000 })) given.set(_id, count)
  const differ: DifferingVotes[] = []
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
