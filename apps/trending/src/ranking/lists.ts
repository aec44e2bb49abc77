import { type TrendingPeriod, trendingPeriods } from '@marquee/contracts'
import { byRank } from './decay.js'

/** `daily|korean|*`: a list is named by its window, origin and genre; `*` is any. */
export const listName = (period: TrendingPeriod, origin = '*', genre = '*'): string =>
  `${period}|${origin}|${genre}`
export const periodOf = (list: string): TrendingPeriod => list.slice(0, list.indexOf('|')) as TrendingPeriod

export interface Ranked {
  id: string
  origin: string
  genres: readonly string[]
  scores: Record<TrendingPeriod, number>
}

/**
 * Every list that has a title, best first, at most `length` ids each. A list without titles does not exist.
 * Per window: O(n log n) to sort n titles, then O(n x genres) to deal them out.
 */
export function buildLists(titles: Iterable<Ranked>, length: number): Map<string, string[]> {
  const lists = new Map<string, string[]>()
  const all = [...titles]
  for (const period of trendingPeriods) {
    const ranked = all
      .filter(({ scores }) => scores[period] > 0)
      .map((title) => ({ id: title.id, score: title.scores[period], title }))
      .sort(byRank)
    for (const { id, title } of ranked)
      for (const origin of ['*', title.origin])
        for (const genre of ['*', ...title.genres]) append(lists, listName(period, origin, genre), id, length)
  }
  return lists
}

function append(lists: Map<string, string[]>, name: string, id: string, length: number) {
  const ids = lists.get(name)
  if (!ids) lists.set(name, [id])
  else if (ids.length < length) ids.push(id)
}

/** Ranks by list and id, from the lists of a snapshot. */
export type Ranks = ReadonlyMap<string, ReadonlyMap<string, number>>

/** A list as it is stored: `id:previousRank` in rank order, the rank left out where there was none. */
export const formatList = (
  ids: readonly string[],
  previous: ReadonlyMap<string, number> | undefined,
): string => ids.map((id) => `${id}:${previous?.get(id) ?? ''}`).join(',')

export function parseList(text: string): { id: string; previousRank: number | null }[] {
  if (text === '') return []
  return text.split(',').map((entry) => {
    const [id, previous] = entry.split(':')
    return { id: id!, previousRank: previous ? Number(previous) : null }
  })
}
