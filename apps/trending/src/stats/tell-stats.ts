import { v7 as uuidv7 } from 'uuid'
import type { Counters } from '../counters-store.js'
import { hourOf, popularity } from '../ranking/decay.js'
import { claimStats, emitStats, rankedBuckets } from './stats-store.js'

const batch = 500
/**
 * Popularity decays without views: every hour all titles with a score are told again, at most this many in a turn. With a turn every
 * 5 s that is 216,000 titles an hour, and never more than 60 events a second.
 */
const fadedPerTurn = 300

/**
 * One turn: every title whose views changed, then some that merely faded. A title is claimed, its score computed from what is there
 * after the claim, and emitted; a view in between puts it on the list again. Answers how many were told.
 * @throws when the counters are down or the lease is another's; what was claimed is told by the next turn, whoever leads.
 */
export async function tellStats(counters: Counters, token: string): Promise<number> {
  let told = 0
  for (let faded = fadedPerTurn; ; faded = 0) {
    const { ms, ids } = await claimStats(counters, token, batch, faded)
    if (ids.length === 0) return told
    const buckets = await rankedBuckets(counters, ids)
    const hour = hourOf(ms)
    told += await emitStats(
      counters,
      token,
      ids.map((id, i) => ({ id, eventId: uuidv7(), popularity: popularity(buckets[i]!, hour) })),
    )
  }
}
