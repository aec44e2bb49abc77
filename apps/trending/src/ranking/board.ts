import { type TrendingPeriod, trendingPeriods } from '@marquee/contracts'
import { decayedScore, viewsWithin, windows } from './decay.js'
import { formatList, groupsOf, periodOf, type Ranked, type Ranks } from './lists.js'
import type { BoardChange, Source } from './ranking-store.js'

/** A viewed title as the leader keeps it in memory, scored for one hour. */
export interface Standing extends Ranked {
  source: Source
  views: Record<TrendingPeriod, number>
}

const perPeriod = <T>(value: (period: TrendingPeriod) => T) =>
  Object.fromEntries(trendingPeriods.map((period) => [period, value(period)])) as Record<TrendingPeriod, T>

/** A title that may not be listed has no score. */
export function standingOf(source: Source, hour: number): Standing {
  const { id, title, ranked, views } = source
  return {
    id,
    source,
    groups: title ? groupsOf(title.origin, title.genres) : [],
    scores: perPeriod((period) => (title ? decayedScore(ranked, hour, windows[period]) : 0)),
    views: perPeriod((period) => viewsWithin(views, hour, windows[period])),
  }
}

/** Name of a title within a window, as the key of maps. */
export const placeOf = (period: TrendingPeriod, id: string): string => `${period} ${id}`
export function placeParts(place: string): { period: TrendingPeriod; id: string } {
  const [period, id] = place.split(' ')
  return { period: period as TrendingPeriod, id: id! }
}

/** Every title and window that some list shows. */
export function placesOf(lists: ReadonlyMap<string, readonly string[]>): Set<string> {
  const places = new Set<string>()
  for (const [name, ids] of lists) for (const id of ids) places.add(placeOf(periodOf(name), id))
  return places
}

/** A finished item but for its rank, which is the list's. A union of sketches may estimate more viewers than there were views. */
export function itemOf(standing: Standing, period: TrendingPeriod, uniques: number): string {
  const views = standing.views[period]
  const figures = { score: standing.scores[period], views, uniqueViewers: Math.min(uniques, views) }
  return `${JSON.stringify(figures).slice(1, -1)},"content":${standing.source.title?.summary}}`
}

/** An item, with what it was made of: while that is the same, so is the item. */
interface WrittenItem {
  version: string
  item: string
  standing: Standing | null
  uniques: number
}

/** What was written last: items by place, lists by name. */
export interface Written {
  items: Map<string, WrittenItem>
  lists: Map<string, string>
}

/** What an earlier leader wrote, of which only the names matter: all of it is written again or removed. */
export const leftBehind = (names: {
  items: readonly { period: TrendingPeriod; ids: readonly string[] }[]
  lists: readonly string[]
}): Written => {
  const unknown: WrittenItem = { version: '', item: '', standing: null, uniques: 0 }
  const places = names.items.flatMap(({ period, ids }) => ids.map((id) => placeOf(period, id)))
  return {
    items: new Map(places.map((place) => [place, unknown])),
    lists: new Map(names.lists.map((name) => [name, ''])),
  }
}

/** The difference between what was written and what shall be there now. O(places + lists). */
export function changeOf(before: Written, after: Written): BoardChange {
  const items: BoardChange['items'] = []
  for (const [place, { version, item }] of after.items) {
    const old = before.items.get(place)
    // The version counts too: an item of an older version was removed when the title was taken down in between.
    if (old?.item !== item || old.version !== version) items.push({ ...placeParts(place), version, item })
  }
  for (const place of before.items.keys())
    if (!after.items.has(place)) items.push({ ...placeParts(place), version: '', item: '' })
  const lists: BoardChange['lists'] = []
  for (const [name, ids] of after.lists) if (before.lists.get(name) !== ids) lists.push({ name, ids })
  for (const name of before.lists.keys()) if (!after.lists.has(name)) lists.push({ name, ids: '' })
  return { items, lists }
}

/** Everything finished; items that are made of the same as before are taken over. */
export function render(
  before: Written,
  made: {
    standings: ReadonlyMap<string, Standing>
    lists: ReadonlyMap<string, readonly string[]>
    places: ReadonlySet<string>
    uniques: ReadonlyMap<string, number>
    previous: Ranks
  },
): Written {
  const items: Written['items'] = new Map()
  for (const place of made.places) {
    const { period, id } = placeParts(place)
    const standing = made.standings.get(id)
    if (!standing?.source.title) continue
    const uniques = made.uniques.get(place) ?? 0
    const old = before.items.get(place)
    const same = old?.standing === standing && old.uniques === uniques
    const { version } = standing.source.title
    items.set(place, same ? old : { version, item: itemOf(standing, period, uniques), standing, uniques })
  }
  const lists = [...made.lists].map(
    ([name, ids]) => [name, formatList(ids, made.previous.get(name))] as const,
  )
  return { items, lists: new Map(lists) }
}
