import { trendingPeriods } from '@marquee/contracts'
import { standingOf } from './board.js'
import { hourOf } from './decay.js'
import { listsOf, periodOf } from './lists.js'
import type { Source } from './ranking-store.js'

export interface RankedTitle {
  rank: number
  id: string
  score: number
  views: number
}
/** By name of the list, in the order of names. */
export type Ranking = Record<string, RankedTitle[]>

/**
 * Every list as it is at `ms`: a function of the buckets up to that hour and of the titles as they are now. Of an hour that is over it
 * never changes again, whatever happens to the lists that are served. O(buckets).
 */
export function rankingAt(sources: readonly Source[], ms: number, length: number): Ranking {
  const hour = hourOf(ms)
  const upTo = (cells: Source['views']) => cells.filter(([at]) => at <= hour)
  const standings = new Map(
    sources.map((source) => [
      source.id,
      standingOf({ ...source, views: upTo(source.views), ranked: upTo(source.ranked) }, hour),
    ]),
  )
  const lists = trendingPeriods.flatMap((period) => [...listsOf(period, standings.values(), length)])
  const byName = lists.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    byName.map(([name, ids]) => {
      const period = periodOf(name)
      const titleAt = (id: string, index: number): RankedTitle => {
        const { scores, views } = standings.get(id)!
        return { rank: index + 1, id, score: scores[period], views: views[period] }
      }
      return [name, ids.map(titleAt)]
    }),
  )
}
