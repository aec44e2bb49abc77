import { createHash } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { exits, print, withCounters } from '../command-line.js'
import type { Counters } from '../counters-store.js'
import { readServed, storedLists } from '../rebuild/board-store.js'
import { countersTime } from '../seed/seed-store.js'
import { placeOf } from './board.js'
import { hourOf, windows } from './decay.js'
import { parseList, periodOf } from './lists.js'
import { keptHours } from './prepare.js'
import { type RankedTitle, type Ranking, rankingAt } from './ranking-at.js'
import { readAllSources } from './ranking-store.js'

interface Options {
  at?: Date
  served: boolean
  list: string
  json: boolean
}

/** Buckets are kept 35 days, and the longest window is 30. */
const oldestHours = keptHours - windows.monthly.hours

function instant(text: string): Date {
  const date = new Date(text)
  if (/^\d{4}-\d\d-\d\dT.*Z$/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('expected an instant such as 2026-01-31T18:00:00Z')
}

/** The lists as the derived keys hold them. */
async function servedRanking(counters: Counters): Promise<Ranking> {
  const { lists, items } = await readServed(counters, await storedLists(counters))
  const ranked = (name: string): RankedTitle[] =>
    parseList(lists.get(name)!).flatMap(({ id }, index) => {
      const item = items.get(placeOf(periodOf(name), id))
      if (!item) return []
      const { score, views } = JSON.parse(`{${item}`) as { score: number; views: number }
      return [{ rank: index + 1, id, score, views }]
    })
  return Object.fromEntries([...lists.keys()].sort().map((name) => [name, ranked(name)]))
}

async function computedRanking(counters: Counters, at: number, length: number): Promise<Ranking> {
  const now = await countersTime(counters)
  if (at > now) throw new Error(`${new Date(at).toISOString()} is still to come`)
  if (hourOf(now) - hourOf(at) > oldestHours)
    throw new Error(
      `buckets are kept ${keptHours / 24} days: a ranking can be told ${oldestHours / 24} days back`,
    )
  return rankingAt([...(await readAllSources(counters)).values()], at, length)
}

const sha256 = (ranking: Ranking): string =>
  createHash('sha256').update(JSON.stringify(ranking)).digest('hex')

export const rankingCommand = (): Command =>
  new Command('ranking')
    .description(
      'the ranking of one instant, computed from the hour buckets alone: that of an hour that is over never changes',
    )
    .option('--at <time>', 'the instant (RFC 3339, UTC), up to 5 days ago; default: now', instant)
    .option('--served', 'what the lists hold that are served now, instead', false)
    .option('--list <name>', 'the list to print: period|origin|genre id, * for any', 'daily|*|*')
    .option('--json', 'print every list as JSON', false)
    .action(({ at, served, list, json }: Options) =>
      withCounters(async (counters, { limits }) => {
        const ms = at?.getTime() ?? (await countersTime(counters))
        const lists = served
          ? await servedRanking(counters)
          : await computedRanking(counters, ms, limits.trendingLength)
        const rows = (lists[list] ?? []).map(
          ({ rank, id, score, views }) =>
            `${String(rank).padStart(4)}  ${id}  ${score.toFixed(4)}  ${views} views`,
        )
        const found = { at: new Date(ms).toISOString(), sha256: sha256(lists), lists }
        print(json, found, [`${list} at ${found.at}`, ...rows, `all lists: ${found.sha256}`].join('\n'))
        return exits.done
      }),
    )
