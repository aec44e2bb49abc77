import { trendingPeriods } from '@marquee/contracts'
import { type Counters, executed } from '../counters-store.js'
import { placeOf } from '../ranking/board.js'
import { type Source, type TitleFields, toSource } from '../ranking/ranking-store.js'
import type { Served } from './compare-board.js'

/** Sources that the script that closes the board reads at most; more would keep Redis from others. */
const lastSources = 300
/** The board opens by itself when a rebuild has not been heard of for so long: lists may be 5 s old at most. */
const closedMs = 2000

export type FreezeAnswer =
  | { state: 'stepping' }
  | { state: 'changed'; ids: string[] }
  | { state: 'frozen'; ms: number; hour: number | null; pending: Set<string>; sources: Source[] }

/** One try to close the board; see `freeze.lua`. @throws Error in words when this rebuild counts as dead by now */
export async function freezeBoard(counters: Counters, token: string): Promise<FreezeAnswer> {
  const answer = (await counters.run('freezeBoard', token, lastSources, closedMs).catch(inWords)) as [
    string,
    ...unknown[],
  ]
  if (answer[0] === 'stepping') return { state: 'stepping' }
  if (answer[0] === 'changed') return { state: 'changed', ids: answer[1] as string[] }
  const [, ms, hour, pending, sources] = answer as ['frozen', number, string, string[], SourceAnswer[]]
  return {
    state: 'frozen',
    ms,
    hour: hour === '' ? null : Number(hour),
    pending: new Set(pending),
    sources: sources.map(([id, views, ranked, title]) =>
      toSource(id, cellsOf(views), cellsOf(ranked), title),
    ),
  }
}
function inWords(error: Error): never {
  if (!error.message.includes('REBUILD held')) throw error
  throw new Error('This took so long that another rebuild took over: nothing was changed. Run it again.')
}

type SourceAnswer = [id: string, views: string[], ranked: string[], title: TitleFields]

const cellsOf = (flat: string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1]!]] : [])))

/** Names of stored lists, also of those that `lists` does not name. */
export async function storedLists({ redis, key }: Counters): Promise<string[]> {
  const prefix = key('list:')
  const names = new Set<string>()
  for await (const found of redis.scanStream({ match: `${prefix}*`, count: 5000 }) as AsyncIterable<string[]>)
    for (const name of found) names.add(name.slice(prefix.length))
  return [...names]
}

/** What is served now. A key that holds something of another kind holds nothing. */
export async function readServed(counters: Counters, stored: readonly string[]): Promise<Served> {
  const { redis, key } = counters
  const served = {
    items: new Map<string, string>(),
    lists: new Map<string, string>(),
    unnamed: new Set<string>(),
  }
  const named = new Set(await orNothing(redis.smembers(key('lists')), [] as string[]))
  const names = [...new Set([...named, ...stored])]
  for (let from = 0; from < names.length; from += 500) {
    const chunk = names.slice(from, from + 500)
    const texts = await redis.mget(chunk.map((name) => key(`list:${name}`)))
    for (const [i, name] of chunk.entries()) {
      if (texts[i] == null) continue
      if (named.has(name)) served.lists.set(name, texts[i])
      else served.unnamed.add(name)
    }
  }
  for (const period of trendingPeriods) {
    const found = await orNothing(redis.hgetall(key(`items:${period}`)), {} as Record<string, string>)
    for (const [id, item] of Object.entries(found)) served.items.set(placeOf(period, id), item)
  }
  return served
}

const orNothing = <T>(answer: Promise<T>, nothing: T): Promise<T> =>
  answer.catch((error: Error) => {
    if (error.message.startsWith('WRONGTYPE')) return nothing
    throw error
  })

/** Keeps the board closed until stopped, if it is and we are alive. */
export function keepClosed(counters: Counters, token: string): () => void {
  const keep = () => void counters.run('keepRebuild', 'closed', token, closedMs).catch(() => undefined)
  const keeping = setInterval(keep, closedMs / 4)
  return () => clearInterval(keeping)
}

/** Whether nobody but us can have written the board since it was closed. */
export const stillClosed = async ({ redis, key }: Counters, token: string): Promise<boolean> =>
  (await redis.get(key('closed'))) === token

/** Removes what a rebuild that was killed left beside the live keys. */
export async function dropNext({ redis, key }: Counters): Promise<void> {
  const lists = await redis.smembers(key('next:lists'))
  const names = [
    'next:lists',
    ...trendingPeriods.map((period) => `next:items:${period}`),
    ...lists.map((name) => `next:list:${name}`),
  ]
  const pipeline = redis.pipeline()
  for (const name of names) pipeline.unlink(key(name))
  await executed(pipeline)
}

/** One script: readers see the lists of before, or all of the new ones. */
export const swapBoard = (counters: Counters, token: string, ms: number, stored: readonly string[]) =>
  counters.run('swapBoard', token, ms, stored)
