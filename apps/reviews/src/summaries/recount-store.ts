import type { ClientSession } from 'mongoose'
import type { Database } from '../database-store.js'
import { type Figures, figuresOf, noFigures, sameFigures, withRatings } from './figures.js'
import type { SummaryDocument } from './summary-rules.js'

export interface DifferingSummary {
  id: string
  summary: Figures
  reviews: Figures
}

/** Holds every summary against the published reviews of its title, all of the session's moment. */
export async function compareSummaries(
  { reviews, summaries }: Database,
  session: ClientSession,
): Promise<{ compared: number; differ: DifferingSummary[] }> {
  const made = new Map<string, Figures>()
  const groups = reviews.aggregate<{ _id: { id: string; rating: number }; count: number }>(
    [
      { $match: { status: 'published' } },
      { $group: { _id: { id: '$contentId', rating: '$rating' }, count: { $sum: 1 } } },
    ],
    { session, allowDiskUse: true },
  )
  for await (const { _id, count } of groups.cursor({ batchSize: 5000 }))
    made.set(_id.id, withRatings(made.get(_id.id) ?? noFigures, _id.rating, count))
  const kept = new Map<string, Figures>()
  for await (const summary of summaries.find().session(session).lean<SummaryDocument[]>().cursor())
    kept.set(summary._id, figuresOf(summary))
  const ids = new Set([...made.keys(), ...kept.keys()])
  const differ = [...ids]
    .map((id) => ({ id, summary: kept.get(id) ?? noFigures, reviews: made.get(id) ?? noFigures }))
    .filter((row) => !sameFigures(row.summary, row.reviews))
  return { compared: ids.size, differ }
}

/** The figures of one title, counted from its reviews by index. */
export async function recount(
  { reviews }: Database,
  session: ClientSession,
  contentId: string,
): Promise<Figures> {
  const groups = await reviews
    .aggregate<{ _id: number; count: number }>(
      [{ $match: { contentId, status: 'published' } }, { $group: { _id: '$rating', count: { $sum: 1 } } }],
      { session },
    )
    .exec()
  return groups.reduce((figures, { _id, count }) => withRatings(figures, _id, count), noFigures)
}

/** The newest version of each title's figures that was stated, of the facts that are still kept. */
export async function statedVersions(
  { outbox }: Database,
  session: ClientSession,
): Promise<Map<string, number>> {
  const groups = outbox.aggregate<{ _id: string; version: number }>(
    [
      { $match: { type: 'rating.changed' } },
      { $group: { _id: '$subject', version: { $max: '$subjectVersion' } } },
    ],
    { session, allowDiskUse: true },
  )
  const versions = new Map<string, number>()
  for await (const { _id, version } of groups.cursor({ batchSize: 5000 })) versions.set(_id, version)
  return versions
}
