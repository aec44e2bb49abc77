import { setImmediate as nextTurn } from 'node:timers/promises'
import { trendingPeriods } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import {
  changeOf,
  leftBehind,
  placeOf,
  placeParts,
  placesOf,
  render,
  type Standing,
  standingOf,
  type Written,
} from './board.js'
import { hourOf, popularity } from './decay.js'
import { listsOf, type Ranks } from './lists.js'
import {
  boardNames,
  countUniques,
  hourlySnapshot,
  markFading,
  readSources,
  retireHours,
  takeChanged,
  viewedIds,
  writeBoard,
} from './ranking-store.js'

/** Hours that buckets are kept: the topic's 35 days, so that both can be compared. */
export const keptHours = 35 * 24
/** Sketches unioned again per step; more would keep Redis from others. */
const uniquesPerStep = 300

/** What the leader remembers between two steps. Dropped whenever a step fails, another led, or a rebuild was asked for. */
export interface Board {
  token: string
  generation: string
  hour: number
  standings: Map<string, Standing>
  written: Written
  uniques: Map<string, number>
  /** Places whose unique viewers may have changed. */
  stale: Set<string>
  previous: Ranks
}

/**
 * One step of preparing: reads what changed, ranks, writes what differs. Nothing in it unions buckets in Redis. With c changed titles,
 * v viewed ones and b buckets: O(c b) reads, O(v log v) in this process when something changed, O(v b) once an hour and on takeover.
 * While a rebuild has closed the board nothing happens.
 * @throws when the counters are down or the lease is another's; the board must be dropped then.
 */
export async function prepare(
  counters: Counters,
  token: string,
  board: Board | null,
  options: { length: number },
): Promise<Board | null> {
  const taken = await takeChanged(counters, token)
  if (!taken) return board
  const { ms, generation, ids } = taken
  const hour = hourOf(ms)
  if (!board || board.token !== token || board.generation !== generation) {
    const fresh = await load(counters, token, generation, hour)
    await publish(counters, fresh, ms, options.length)
    return fresh
  }
  const turned = hour !== board.hour
  await refresh(counters, board, ids, hour)
  if (turned) await turnHour(counters, board, hour)
  if (ids.length > 0 || turned || board.stale.size > 0) await publish(counters, board, ms, options.length)
  else await writeBoard(counters, board, ms, { items: [], lists: [] })
  return board
}

async function load(counters: Counters, token: string, generation: string, hour: number): Promise<Board> {
  const standings = new Map<string, Standing>()
  for await (const ids of viewedIds(counters))
    for (const source of await readSources(counters, ids)) standings.set(source.id, standingOf(source, hour))
  const board: Board = {
    token,
    generation,
    hour,
    standings,
    written: leftBehind(await boardNames(counters)),
    uniques: new Map(),
    stale: new Set(),
    previous: await hourlySnapshot(counters, token, hour),
  }
  await retire(counters, board)
  return board
}

async function refresh(
  counters: Counters,
  board: Board,
  ids: readonly string[],
  hour: number,
): Promise<void> {
  for (const source of await readSources(counters, ids)) {
    board.standings.set(source.id, standingOf(source, hour))
    for (const period of trendingPeriods) board.stale.add(placeOf(period, source.id))
  }
}

/** Every score is a little less, the oldest buckets leave the windows, and the lists of now become the snapshot. */
async function turnHour(counters: Counters, board: Board, hour: number): Promise<void> {
  board.previous = await hourlySnapshot(counters, board.token, hour)
  await markFading(
    counters,
    [...board.standings.values()]
      .filter(({ source }) => popularity(source.ranked, board.hour) > 0)
      .map(({ id }) => id),
  )
  let done = 0
  for (const { id, source } of board.standings.values()) {
    board.standings.set(id, standingOf(source, hour))
    if (++done % 1000 === 0) await nextTurn()
  }
  board.hour = hour
  for (const place of board.written.items.keys()) board.stale.add(place)
  await retire(counters, board)
}

async function retire(counters: Counters, board: Board): Promise<void> {
  const oldest = board.hour - keptHours + 1
  const due = [...board.standings.values()].filter(
    ({ source }) => (source.views[0]?.[0] ?? oldest) < oldest || (source.ranked[0]?.[0] ?? oldest) < oldest,
  )
  await retireHours(
    counters,
    board.token,
    oldest,
    due.map(({ id }) => id),
  )
  for (const standing of due) {
    const kept = (cells: Standing['source']['views']) => cells.filter(([hour]) => hour >= oldest)
    standing.source = {
      ...standing.source,
      views: kept(standing.source.views),
      ranked: kept(standing.source.ranked),
    }
  }
}

/** The windows are ranked one by one with a pause, since requests wait meanwhile. */
async function publish(counters: Counters, board: Board, ms: number, length: number): Promise<void> {
  const lists = new Map<string, string[]>()
  for (const period of trendingPeriods) {
    for (const [name, ids] of listsOf(period, board.standings.values(), length)) lists.set(name, ids)
    await nextTurn()
  }
  const places = placesOf(lists)
  await refreshUniques(counters, board, places, ms)
  const { standings, uniques, previous } = board
  const after = render(board.written, { standings, lists, places, uniques, previous })
  await nextTurn()
  await writeBoard(counters, board, ms, changeOf(board.written, after))
  board.written = after
}

/** Places never counted before must be; those that may have changed wait their turn. */
async function refreshUniques(
  counters: Counters,
  board: Board,
  places: Set<string>,
  ms: number,
): Promise<void> {
  for (const place of board.stale) if (!places.has(place)) board.stale.delete(place)
  for (const place of board.uniques.keys()) if (!places.has(place)) board.uniques.delete(place)
  const missing = [...places].filter((place) => !board.uniques.has(place))
  const due = [...board.stale].filter((place) => board.uniques.has(place)).slice(0, uniquesPerStep)
  const asked = [...missing, ...due]
  const counts = await countUniques(counters, asked.map(placeParts), ms)
  asked.forEach((place, i) => {
    board.uniques.set(place, counts[i]!)
    board.stale.delete(place)
  })
}
