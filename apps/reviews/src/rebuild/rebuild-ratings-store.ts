import type { Rebuilt } from '@marquee/service-kit'
import { type Database, requireConnected, type Tx } from '../database-store.js'
import { writeOutbox } from '../outbox/outbox-store.js'
import { atOneMoment } from '../reconcile/reconcile-store.js'
import { documentOf, figuresOf, noFigures, sameFigures } from '../summaries/figures.js'
import { compareSummaries, recount, statedVersions } from '../summaries/recount-store.js'
import { ratingChanged, type SummaryDocument } from '../summaries/summary-rules.js'
import { transaction } from '../transaction-store.js'
import { alone } from './alone-store.js'

/** A title that many review at this moment begins anew as often as they do. */
const titleTimeoutMs = 30_000

/**
 * Figures of every title anew from its reviews, compared at one moment; each that differs is counted again and replaced in a
 * transaction of its own, which states rating.changed. Whoever reviews the title meanwhile collides with it, and one of both begins
 * anew: no review is left out or counted twice. Safe to kill at any moment.
 * @throws Error in words when another rebuild is at work
 */
export async function rebuildRatings(
  database: Database,
  { dryRun, progress }: { dryRun: boolean; progress?: (titles: number) => void },
): Promise<Rebuilt> {
  const began = performance.now()
  return await alone(database, 'rebuild-ratings', async () => {
    const found = await atOneMoment(database, async (session) => ({
      ...(await compareSummaries(database, session)),
      stated: await statedVersions(database, session),
    }))
    let done = 0
    if (!dryRun)
      for (const { id } of found.differ) {
        await putRight(database, id, found.stated.get(id) ?? 0)
        progress?.(++done)
      }
    const ms = Math.round(performance.now() - began)
    return { what: 'ratings', built: found.compared, differing: found.differ.length, swapped: !dryRun, ms }
  })
}

/** The transaction is given up, since the figures are right: somebody else has put them right. */
class AsTheyShould extends Error {}

async function putRight(database: Database, contentId: string, stated: number): Promise<void> {
  try {
    await transaction(database, titleTimeoutMs, async (tx) => {
      // First of all, so that whoever reviews the title from here on begins anew after us, and who was before us is in what we read.
      const before = await take(database, tx, contentId)
      const figures = await recount(database, tx, contentId)
      if (sameFigures(before ? figuresOf(before) : noFigures, figures)) throw new AsTheyShould()
      const summary = {
        _id: contentId,
        ...documentOf(figures),
        version: await above(database, before, stated),
      }
      await summariesOf(database).replaceOne({ _id: contentId }, summary, { session: tx })
      const event = { type: 'rating.changed', subject: contentId, subjectVersion: summary.version } as const
      await writeOutbox(database, tx, [{ ...event, body: ratingChanged(summary) }])
    })
  } catch (error) {
    if (!(error instanceof AsTheyShould)) throw error
  }
}

const summariesOf = ({ connection }: Database) =>
  requireConnected(connection).collection<SummaryDocument>('review_summaries')

/** Writes the title's summary, which makes it ours until the transaction ends; answers what it said, null when there was none. */
async function take(database: Database, tx: Tx, contentId: string): Promise<SummaryDocument | null> {
  return await summariesOf(database).findOneAndUpdate(
    { _id: contentId },
    { $inc: { version: 1 }, $setOnInsert: documentOf(noFigures) },
    { session: tx, upsert: true, returnDocument: 'before' },
  )
}

/** Versions are 32 bits wide, which lasts for 68 years of seconds. */
const beginMs = Date.UTC(2020, 0)

/**
 * A version above all that were ever stated. A summary that was lost has lost its count too, and consumers pass over what is not newer:
 * so it goes on from the seconds since 2020. Facts of the last 7 days are kept, so only a title that changed more often than once a
 * second until then, and was lost twice, could be ahead of that.
 */
async function above({ clock }: Database, before: SummaryDocument | null, stated: number): Promise<number> {
  const seconds = Math.floor(((await clock.now()) - beginMs) / 1000)
  return Math.max((before?.version ?? 0) + 1, stated + 1, seconds)
}
