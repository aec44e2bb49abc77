import type { Database, Tx } from '../database-store.js'
import { writeOutbox } from '../outbox/outbox-store.js'
import { figuresDelta, ratingChanged, type SummaryDocument } from './summary-rules.js'

/** Figures of a title's published reviews; null when it never had any. */
export const readSummary = ({ summaries }: Database, contentId: string): Promise<SummaryDocument | null> =>
  summaries.findById(contentId).lean<SummaryDocument>().exec()

/**
 * Moves one review's rating in or out of the figures of its title, and states rating.changed. Everybody who reviews this title writes
 * this document, so it comes last in a transaction: then a killed process holds it for the shortest time.
 */
export async function changeFigures(
  database: Database,
  tx: Tx,
  contentId: string,
  {
    before,
    after,
    traceparent,
  }: { before: number | null; after: number | null; traceparent: string | undefined },
): Promise<void> {
  const delta = figuresDelta(before, after)
  if (!delta) return
  const summary = await add(database, tx, contentId, delta)
  const event = { type: 'rating.changed', subject: contentId, subjectVersion: summary.version } as const
  await writeOutbox(database, tx, [
    { ...event, body: ratingChanged(summary), ...(traceparent && { traceparent }) },
  ])
}

/** Two first reviews at once make the document once: MongoDB lets one of them begin anew. */
async function add(
  { summaries }: Database,
  tx: Tx,
  contentId: string,
  delta: Record<string, number>,
): Promise<SummaryDocument> {
  const options = { upsert: true, returnDocument: 'after', session: tx } as const
  const summary = await summaries
    .findOneAndUpdate({ _id: contentId }, { $inc: delta }, options)
    .lean<SummaryDocument>()
    .exec()
  return summary as SummaryDocument
}
