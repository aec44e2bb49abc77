import type { Figure } from '@marquee/service-kit'
import { type ClientSession, trusted } from 'mongoose'
import { type Database, requireConnected } from '../database-store.js'
import type { SummaryDocument } from '../summaries/summary-rules.js'
import type { TitleDocument } from '../titles/title-document.js'

/** What can be held against other apps, all of one moment. */
export async function* figuresOf(database: Database): AsyncGenerator<Figure> {
  requireConnected(database.connection)
  const session = await database.connection.startSession({ snapshot: true })
  try {
    yield* ratings(database, session)
    yield* titles(database, session)
    yield* authors(database, session)
    const [pending] = await database.outbox
      .aggregate<{ count: number }>([{ $match: { pending: true } }, { $count: 'count' }], { session })
      .exec()
    yield { figure: 'outbox', key: 'reviews', value: String(pending?.count ?? 0) }
  } finally {
    await session.endSession()
  }
}

async function* ratings({ summaries }: Database, session: ClientSession): AsyncGenerator<Figure> {
  const kept = summaries
    .find({ count: trusted({ $gt: 0 }) })
    .session(session)
    .lean<SummaryDocument[]>()
  for await (const { _id, count, sum } of kept.cursor({ batchSize: 5000 }))
    yield { figure: 'rating by title', key: _id, value: `${count} ${sum}` }
}

async function* titles(database: Database, session: ClientSession): AsyncGenerator<Figure> {
  const kept = database.titles.find({}, { version: 1, status: 1 }).session(session).lean<TitleDocument[]>()
  for await (const { _id, version, status } of kept.cursor({ batchSize: 5000 }))
    yield { figure: 'titles', key: _id, value: `${version} ${status}` }
}

async function* authors({ reviews }: Database, session: ClientSession): AsyncGenerator<Figure> {
  const groups = reviews.aggregate<{ _id: string }>([{ $group: { _id: '$userId' } }], {
    session,
    allowDiskUse: true,
  })
  for await (const { _id } of groups.cursor({ batchSize: 5000 }))
    yield { figure: 'review authors', key: _id, value: '' }
}
