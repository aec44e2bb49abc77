import { type TrendingPeriod, trendingPeriods } from '@marquee/contracts'
import { type Counters, executed } from '../counters-store.js'
import { type Buckets, dayOf, hourOf, windows } from './decay.js'
import { parseList, type Ranks } from './lists.js'

/** What is known of a title that was viewed: its buckets, and the title itself where it may be listed. */
export interface Source {
  id: string
  views: Buckets
  ranked: Buckets
  /** null for a title that is not published, or not known yet. */
  title: { version: string; origin: string; genres: string[]; summary: string } | null
}

type Cells = Record<string, string>
/** version, status, origin, genres, summary */
export type TitleFields = (string | null)[]

export const toSource = (id: string, views: Cells, ranked: Cells, title: TitleFields): Source => ({
  id,
  views: toBuckets(views),
  ranked: toBuckets(ranked),
  title: toTitle(title),
})

const chunkSize = 500

/** In pipelines of 500 titles, so that Redis answers others in between. */
export async function readSources({ redis, key }: Counters, ids: readonly string[]): Promise<Source[]> {
  const sources: Source[] = []
  for (let from = 0; from < ids.length; from += chunkSize) {
    const chunk = ids.slice(from, from + chunkSize)
    const pipeline = redis.pipeline()
    for (const id of chunk) {
      pipeline.hgetall(key(`views:${id}`))
      pipeline.hgetall(key(`ranked:${id}`))
      pipeline.hmget(key(`title:${id}`), 'version', 'status', 'origin', 'genres', 'summary')
    }
    const answers = await executed(pipeline)
    chunk.forEach((id, i) => {
      const [views, ranked, title] = answers.slice(i * 3, i * 3 + 3)
      sources.push(toSource(id, views as Cells, ranked as Cells, title as TitleFields))
    })
  }
  return sources
}

/** Sorted, so that sums of fractions are made in one order whoever computes them. */
export const toBuckets = (cells: unknown): Buckets =>
  Object.entries(cells as Cells)
    .map(([hour, views]) => [Number(hour), Number(views)] as const)
    .sort(([a], [b]) => a - b)

function toTitle([version, status, origin, genres, summary]: TitleFields): Source['title'] {
  if (status !== 'published' || !version || !origin || !summary) return null
  return { version, origin, genres: genres ? genres.split(',') : [], summary }
}

/** Every title that was ever viewed, each once: a scan by itself may name one twice. */
export async function* viewedIds({ redis, key }: Counters): AsyncGenerator<string[]> {
  const seen = new Set<string>()
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key('totals'), cursor, 'COUNT', chunkSize)
    cursor = next
    const ids = flat.filter((id, i) => i % 2 === 0 && !seen.has(id))
    for (const id of ids) seen.add(id)
    if (ids.length > 0) yield ids
  } while (cursor !== '0')
}

/** What is known of every viewed title; read while views go on, so not all of one moment. */
export async function readAllSources(
  counters: Counters,
  progress: (titles: number) => void = () => undefined,
): Promise<Map<string, Source>> {
  const sources = new Map<string, Source>()
  for await (const ids of viewedIds(counters)) {
    for (const source of await readSources(counters, ids)) sources.set(source.id, source)
    progress(sources.size)
  }
  return sources
}

/**
 * Begins a step; null while a rebuild has closed the board.
 * @throws when the lease is another's (`isLeaseLost`), as every function below that takes a token.
 */
export async function takeChanged(counters: Counters, token: string, most = 5000) {
  const [ms, generation, ...ids] = (await counters.run('takeChanged', token, most)) as [
    number,
    string?,
    ...string[],
  ]
  return generation === undefined ? null : { ms, generation, ids }
}

/** Whole UTC days for the longer windows: a sketch cannot be cut, so those count up to a day more than the window. */
export function sketchKeys(id: string, period: TrendingPeriod, ms: number): string[] {
  const hour = hourOf(ms)
  const first = hour - windows[period].hours + 1
  const range = (from: number, to: number, name: string) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${name}:${id}:${from + i}`)
  if (period === 'daily') return range(first, hour, 'viewers-hour')
  return range(dayOf(first * 3_600_000), dayOf(ms), 'viewers-day')
}

/** One union of at most 31 sketches per asked title and window: about 0.1 ms of Redis each. */
export async function countUniques(
  { redis, key }: Counters,
  asked: readonly { id: string; period: TrendingPeriod }[],
  ms: number,
): Promise<number[]> {
  const counts: number[] = []
  for (let from = 0; from < asked.length; from += 100) {
    const pipeline = redis.pipeline()
    for (const { id, period } of asked.slice(from, from + 100))
      pipeline.pfcount(...(sketchKeys(id, period, ms).map(key) as [string, ...string[]]))
    counts.push(...((await executed(pipeline)) as number[]))
  }
  return counts
}

export interface BoardChange {
  /** An empty item or list is removed. */
  items: { period: TrendingPeriod; id: string; version: string; item: string }[]
  lists: { name: string; ids: string }[]
}

const perWrite = 500

/**
 * Publishes a change: items first, then the lists that name them, each in writes of at most 500 so that no view waits long; the last one
 * makes it the board of `preparedAt`. A reader in between sees items of both, each whole.
 */
export async function writeBoard(
  counters: Counters,
  { token, generation }: { token: string; generation: string },
  preparedAt: number,
  change: BoardChange,
): Promise<void> {
  const put = change.items.filter(({ item }) => item !== '')
  const removed = change.items.filter(({ item }) => item === '')
  await write(counters, token, '', { items: put, lists: change.lists })
  await write(counters, token, '', { items: removed, lists: [] })
  await counters.run('publishBoard', token, preparedAt, change.items.length + change.lists.length, generation)
}

/** The same beside the live keys, for a rebuild that has closed the board. */
export const writeNext = (counters: Counters, token: string, change: BoardChange): Promise<void> =>
  write(counters, token, 'next:', change)

async function write(
  counters: Counters,
  token: string,
  prefix: '' | 'next:',
  { items, lists }: BoardChange,
): Promise<void> {
  for (let from = 0; from < items.length; from += perWrite) {
    const portion = items.slice(from, from + perWrite)
    const put = portion.flatMap(({ period, id, version, item }) => [period, id, version, item])
    await counters.run('writeBoard', token, prefix, portion.length, put, 0)
  }
  for (let from = 0; from < lists.length; from += perWrite) {
    const portion = lists.slice(from, from + perWrite)
    const put = portion.flatMap(({ name, ids }) => [name, ids])
    await counters.run('writeBoard', token, prefix, 0, portion.length, put)
  }
}

/** What an earlier leader left, by name alone. */
export async function boardNames({ redis, key }: Counters) {
  const items = await Promise.all(
    trendingPeriods.map(async (period) => ({ period, ids: await redis.hkeys(key(`items:${period}`)) })),
  )
  return { items, lists: await redis.smembers(key('lists')) }
}

/** Makes the lists of now the hour's snapshot unless that was done; answers the snapshot's ranks. */
export async function hourlySnapshot(counters: Counters, token: string, hour: number): Promise<Ranks> {
  await counters.run('takeSnapshot', token, hour)
  return readSnapshot(counters)
}

export async function readSnapshot({ redis, key }: Counters): Promise<Ranks> {
  const names = await redis.smembers(key('snapshots'))
  const ranks = new Map<string, Map<string, number>>()
  for (let from = 0; from < names.length; from += 100) {
    const chunk = names.slice(from, from + 100)
    const texts = await redis.mget(chunk.map((name) => key(`snapshot:${name}`)))
    for (const [i, name] of chunk.entries())
      ranks.set(name, new Map(parseList(texts[i] ?? '').map(({ id }, index) => [id, index + 1])))
  }
  return ranks
}

/** Hour buckets before `oldest` become part of `retired`. */
export async function retireHours(
  counters: Counters,
  token: string,
  oldest: number,
  ids: string[],
): Promise<void> {
  for (let from = 0; from < ids.length; from += 100)
    await counters.run('retireHours', token, oldest, ...ids.slice(from, from + 100))
}

/** Titles whose popularity changes by time alone; told to the catalogue at a slower pace. Safe to repeat. */
export async function markFading({ redis, key }: Counters, ids: string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 1000)
    await redis.sadd(key('fading'), ...ids.slice(from, from + 1000))
}

export interface StoredList {
  version: string
  preparedAt: number
  /** null: the caller's version is the present one. */
  entries: { previousRank: number | null; item: Buffer }[] | null
}

/** null before anything was ever prepared. */
export async function readList(
  counters: Counters,
  list: string,
  period: TrendingPeriod,
  version: string,
): Promise<StoredList | null> {
  const answer = (await counters.runBuffer('readList', list, period, version)) as (Buffer | null)[]
  const [now, preparedAt, ids, ...items] = answer
  if (!now || !preparedAt) return null
  const stored = { version: now.toString(), preparedAt: Number(preparedAt.toString()) }
  if (!ids) return { ...stored, entries: null }
  const entries = parseList(ids.toString()).flatMap(({ previousRank }, i) =>
    items[i] ? [{ previousRank, item: items[i] }] : [],
  )
  return { ...stored, entries }
}
