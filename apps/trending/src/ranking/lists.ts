import type { TrendingPeriod } from '@marquee/contracts'
import { byRank } from './decay.js'

/** `daily|korean|*`: a list is named by its window, origin and genre; `*` is any. */
export const listName = (period: TrendingPeriod, origin = '*', genre = '*'): string =>
  `${period}|${origin}|${genre}`
export const periodOf = (list: string): TrendingPeriod => list.slice(0, list.indexOf('|')) as TrendingPeriod

export interface Ranked {
  id: string
  /** The lists of each window that the title belongs to, without the window: `*|*`, `korean|*`, `*|GENRE`, `korean|GENRE`. */
  groups: readonly string[]
  scores: Record<TrendingPeriod, number>
}

export const groupsOf = (origin: string, genres: readonly string[]): string[] =>
  ['*', origin].flatMap((from) => ['*', ...genres].map((genre) => `${from}|${genre}`))

/**
 * Every list of a window that has a title, best first, at most `length` ids each. A list without titles does not exist.
 * O(n log n) to sort n titles, then O(n x groups) to deal them out.
 */
export function listsOf(
  period: TrendingPeriod,
  titles: Iterable<Ranked>,
  length: number,
): Map<string, string[]> {
  const ranked: { id: string; score: number; groups: readonly string[] }[] = []
  for (const { id, scores, groups } of titles)
    if (scores[period] > 0) ranked.push({ id, score: scores[period], groups })
  const lists = new Map<string, string[]>()
  for (const { id, groups } of ranked.sort(byRank))
    for (const group of groups) {
      const ids = lists.get(group)
      if (!ids) lists.set(group, [id])
      else if (ids.length < length) ids.push(id)
    }
  return new Map([...lists].map(([group, ids]) => [`${period}|${group}`, ids]))
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
