import type { EventData } from '@marquee/contracts'
import type { Catalog } from '../context.js'
import { calmly } from './calmly.js'
import { applyRatings, applyStats, type Told, type ToldRating } from './stats-store.js'

interface Statement<T extends 'content.stats' | 'rating.changed'> {
  subjectVersion: number
  data: EventData<T>
}

/** Figures, of whatever kind, invalidate a title's cache at most once in this time. */
const quietMs = 5000

/**
 * Writes the newest statement about each title of a batch, then lets readers see it; answers how many titles it was news of. Safe to
 * run twice and in any order.
 */
export function figureBatches({ pool, cache }: Catalog) {
  const news = async (changed: string[]): Promise<number> => {
    await forget.add(changed)
    return changed.length
  }
  const forget = calmly((ids) => cache.contents.invalidate(ids), quietMs)
  return {
    async stats(events: Statement<'content.stats'>[]): Promise<number> {
      const told = events.map(({ subjectVersion, data }): Told => ({ ...data, version: subjectVersion }))
      return told.length > 0 ? news(await applyStats(pool, newest(told))) : 0
    },
    async ratings(events: Statement<'rating.changed'>[]): Promise<number> {
      const told = events.map(
        ({ subjectVersion: version, data: { contentId: id, sum, count } }): ToldRating => ({
          id,
          sum,
          count,
          version,
        }),
      )
      return told.length > 0 ? news(await applyRatings(pool, newest(told))) : 0
    },
    stop: forget.stop,
  }
}

function newest<T extends { id: string; version: number }>(told: T[]): T[] {
  const byTitle = new Map<string, T>()
  for (const one of told) if ((byTitle.get(one.id)?.version ?? -1) < one.version) byTitle.set(one.id, one)
  return [...byTitle.values()]
}
