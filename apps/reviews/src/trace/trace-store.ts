import type { AppTrace } from '@marquee/contracts'
import { trusted } from 'mongoose'
import type { Database } from '../database-store.js'
import type { OutboxDocument } from '../models-store.js'

type Effect = AppTrace['effects'][number]

const perSubject = 20

/** What reviews has of events and subjects: its own reviews and figures, and its copy of titles. */
export async function trace(database: Database, ids: readonly string[]): Promise<AppTrace> {
  const { titles, summaries, reviews } = database
  const asked = { _id: trusted({ $in: [...ids] }) }
  const [title, summary, review] = await Promise.all([
    titles.find(asked, { version: 1, status: 1 }).lean<Kept[]>().exec(),
    summaries.find(asked, { version: 1, count: 1, sum: 1 }).lean<Kept[]>().exec(),
    reviews.find(asked, { version: 1, status: 1 }).lean<Kept[]>().exec(),
  ])
  const effects = ids.flatMap((subject) => [
    effect('titles', 'content', subject, title),
    effect('review_summaries', 'rating', subject, summary),
    effect('reviews', 'review', subject, review),
  ])
  return { outbox: await traceOutbox(database, ids), inbox: [], effects }
}

interface Kept {
  _id: string
  version: number
  status?: string
  count?: number
  sum?: number
}

function effect(what: string, topic: string, subject: string, found: Kept[]): Effect {
  const { _id, version = 0, ...state } = found.find((one) => one._id === subject) ?? ({} as Partial<Kept>)
  return { what, topic, subject, version, state }
}

async function traceOutbox({ outbox }: Database, ids: readonly string[]): Promise<AppTrace['outbox']> {
  const find = (filter: object, limit: number) =>
    outbox.find(filter).sort({ subjectVersion: -1 }).limit(limit).lean<OutboxDocument[]>().exec()
  const found = await Promise.all([
    find({ _id: trusted({ $in: [...ids] }) }, ids.length),
    ...ids.map((subject) => find({ subject }, perSubject)),
  ])
  const rows = [...new Map(found.flat().map((row) => [row._id, row])).values()]
  return rows
    .sort((a, b) => b.time.getTime() - a.time.getTime() || (a._id < b._id ? 1 : -1))
    .map(({ _id: id, type, subject, subjectVersion, time, ...row }) => ({
      ...{ id, type, subject, subjectVersion, time: time.toISOString() },
      ...stateOf(row),
      publishedAt: row.publishedAt?.toISOString() ?? null,
    }))
}

/** By our clock, which is the database's give or take. */
function stateOf({ pending, claimedUntil }: Pick<OutboxDocument, 'pending' | 'claimedUntil'>) {
  if (!pending) return { state: 'published' as const, claimedUntil: null }
  return claimedUntil && claimedUntil.getTime() > Date.now()
    ? { state: 'claimed' as const, claimedUntil: claimedUntil.toISOString() }
    : { state: 'pending' as const, claimedUntil: null }
}
