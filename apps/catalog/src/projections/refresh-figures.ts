import { type Pool, transaction } from '@marquee/postgres'
import { changedStats, meanRating, refreshListing } from '../statistics/stats-store.js'

const batch = 1000
const beginning = { at: new Date(0), id: '00000000-0000-0000-0000-000000000000' }

/**
 * Copies all figures from the shards into the list. Beside the job, which does the same for what changes: should a row of ours be the
 * older one, the job's next round, which overlaps by a minute, writes it again.
 */
export async function refreshAllFigures(pool: Pool): Promise<void> {
  const mean = await meanRating(pool)
  for (let after = beginning; ; ) {
    const figures = await changedStats(pool, after, batch)
    if (figures.length > 0) await transaction(pool, (tx) => refreshListing(tx, figures, mean))
    const last = figures.at(-1)
    if (!last || figures.length < batch) return
    after = { at: last.changedAt, id: last.id }
  }
}
