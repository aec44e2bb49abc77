import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { trendingPeriods } from '@marquee/contracts'
import { type Counters, isLeaseLost } from '../counters-store.js'
import { placeParts, placesOf, render, type Standing, standingOf, type Written } from '../ranking/board.js'
import { hourOf } from '../ranking/decay.js'
import { listsOf } from '../ranking/lists.js'
import {
  countUniques,
  readAllSources,
  readSnapshot,
  readSources,
  type Source,
} from '../ranking/ranking-store.js'
import { countersTime } from '../seed/seed-store.js'
import { alone } from './alone-store.js'
import { freezeBoard, keepClosed, readServed, stillClosed, storedLists } from './board-store.js'
import { compareBoard, type DifferingRow } from './compare-board.js'

export interface BoardOptions {
  /** Titles of a list at most. */
  length: number
  progress?(titles: number): void
}

/** The board at one instant, while nobody may write it. */
export interface FrozenBoard {
  token: string
  /** The instant, by the counters' clock. */
  ms: number
  /** Everything as the buckets make it. */
  made: Written
  /** Names of the lists that are stored now. */
  stored: string[]
  /** Rows of all lists that were made. */
  rows: number
  /** Titles that were viewed or edited since the served lists were prepared. */
  pending: number
  compared: number
  differ: DifferingRow[]
}

const attempts = 3
const patienceMs = 15_000

/**
 * Reads the sources of every viewed title while the leader goes on, closes the board between two of its steps, reads what changed
 * meanwhile, and holds the served lists against what the buckets make at that very instant. `work` runs while the board is closed:
 * views are counted, and the lists of before are served. It opens 2 s after whoever closed it has died.
 * @throws Error in words when another rebuild is at work, or it takes too long
 */
export const withFrozenBoard = <T>(
  counters: Counters,
  options: BoardOptions,
  work: (board: FrozenBoard) => Promise<T>,
): Promise<T> =>
  alone(counters, 'rebuilding', async (token) => {
    const stopKeeping = keepClosed(counters, token)
    try {
      return await patiently(async () => work(await frozen(counters, token, options)))
    } finally {
      stopKeeping()
    }
  })

/** Again when the board has opened meanwhile, since this process was held up: nothing was changed then. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work()
    } catch (error) {
      if (!isLeaseLost(error)) throw error
      if (attempt === attempts) throw new Error('The lists took too long to compare: nothing was changed.')
    }
}

async function frozen(counters: Counters, token: string, options: BoardOptions): Promise<FrozenBoard> {
  const sources = await readAllSources(counters, options.progress)
  const stored = await storedLists(counters)
  // Most of the work is done before the board is closed.
  const before = await rank(sources, hourOf(await countersTime(counters)), options.length)
  const uniques = new Map<string, number>()
  await count(counters, uniques, before.places, await countersTime(counters))

  const { ms, hour, pending, changed } = await close(counters, token, sources)
  const previous = await readSnapshot(counters)
  const now = await rank(sources, hour, options.length, { ...before, changed })
  await count(counters, uniques, now.places, ms)
  const made = render({ items: new Map(), lists: new Map() }, { ...now, uniques, previous })
  const served = await readServed(counters, stored)
  if (!(await stillClosed(counters, token))) throw new Error('LEASE held by another')
  const { standings } = now
  const found = compareBoard(served, { lists: made.lists, standings, length: options.length }, pending)
  const rows = [...now.lists.values()].reduce((sum, ids) => sum + ids.length, 0)
  return { token, ms, made, stored, rows, pending: pending.size, ...found }
}

/** Closes the board; `sources` are those of that instant then. */
async function close(counters: Counters, token: string, sources: Map<string, Source>) {
  const changed = new Set<string>()
  const keep = (found: Source[]) => {
    for (const source of found) {
      sources.set(source.id, source)
      changed.add(source.id)
    }
  }
  const until = performance.now() + patienceMs
  for (;;) {
    const answer = await freezeBoard(counters, token)
    if (answer.state === 'frozen') {
      keep(answer.sources)
      // Between two steps the board is of the hour of the last snapshot.
      return { ...answer, hour: answer.hour ?? hourOf(answer.ms), changed }
    }
    if (performance.now() > until)
      throw new Error('Views come faster than they can be read; try again later.')
    if (answer.state === 'changed') keep(await readSources(counters, answer.ids))
    else await delay(20)
  }
}

interface Standings {
  hour: number
  standings: Map<string, Standing>
}

/** Scores every title, or those that changed where the others were scored for the same hour. */
async function rank(
  sources: ReadonlyMap<string, Source>,
  hour: number,
  length: number,
  before?: Standings & { changed: ReadonlySet<string> },
) {
  const standings = before?.hour === hour ? before.standings : new Map<string, Standing>()
  const due = before?.hour === hour ? before.changed : sources.keys()
  let done = 0
  for (const id of due) {
    standings.set(id, standingOf(sources.get(id)!, hour))
    if (++done % 1000 === 0) await nextTurn()
  }
  const lists = new Map<string, string[]>()
  for (const period of trendingPeriods) {
    for (const [name, ids] of listsOf(period, standings.values(), length)) lists.set(name, ids)
    await nextTurn()
  }
  return { hour, standings, lists, places: placesOf(lists) }
}

/** Unique viewers of places not counted before. */
async function count(
  counters: Counters,
  uniques: Map<string, number>,
  places: ReadonlySet<string>,
  ms: number,
) {
  const missing = [...places].filter((place) => !uniques.has(place))
  const counts = await countUniques(counters, missing.map(placeParts), ms)
  for (const [i, place] of missing.entries()) uniques.set(place, counts[i]!)
}
