import { type Lease, type Pool, transaction } from '@marquee/postgres'
import { databaseTime } from '../time-store.js'
import { changedStats, meanRating, refreshListing, rescoreListing } from './stats-store.js'

const batch = 1000
/** Longer than a statement's deadline: what was not committed at the last pass is seen by this one. */
const overlapMs = 60_000
const nil = '00000000-0000-0000-0000-000000000000'

/**
 * Copies the figures that changed since the last pass from the shards into the projection, where lists sort by them; the first pass
 * copies all. A counter in a projection would cost each view a write on every node.
 */
export function listingRefresh(pool: Pool, lease: Lease) {
  let since = new Date(0)
  return async (): Promise<void> => {
    const began = await databaseTime(pool)
    const mean = await meanRating(pool)
    let after = { at: since, id: nil }
    for (;;) {
      const figures = await changedStats(pool, after, batch)
      // A leader that was frozen after its reading would put old figures over newer ones.
      const led = await transaction(pool, async (tx) => {
        if (!(await lease.guard(tx))) return false
        if (figures.length > 0) await refreshListing(tx, figures, mean)
        return true
      })
      if (!led) return
      const last = figures.at(-1)
      if (!last || figures.length < batch) break
      after = { at: last.changedAt, id: last.id }
    }
    const moved = await meanRating(pool)
    await transaction(pool, async (tx) => {
      if (await lease.guard(tx)) await rescoreListing(tx, moved)
    })
    since = new Date(began.getTime() - overlapMs)
  }
}
