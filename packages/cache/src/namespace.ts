import { createHash, randomUUID } from 'node:crypto'
import type { Connection } from './connection.js'
import { decode, type Entry, encode } from './entry.js'
import { createFlights, type Load } from './flights.js'
import type { Tally } from './metrics.js'
import { createShelf } from './shelf.js'
import { createUnsent } from './unsent.js'

export interface NamespaceOptions {
  /** e.g. `content`; keys are `content:v1:<id>`. */
  name: string
  /** Of the bytes' shape: raised in the code that changes them. */
  version: number
  ttlMs: number
  /** Share of the ttl by which entries made together expire apart. */
  jitter?: number
}

/** What is kept of one id under one field. */
export interface Kept {
  id: string
  field: string
  entry: Entry
}

export interface Stats {
  hits: number
  misses: number
  bypasses: number
  /** Of the reads that could ask the cache; 1 when there were none. */
  hitRate: number
}

export interface Namespace {
  /**
   * The entry of (id, field), else what `load` gives; null is not kept. Concurrent misses share one load, so a load must not
   * depend on one caller's signal. @throws what load throws
   */
  get(id: string, field: string, load: Load): Promise<Entry | null>
  /** Drops all variants of the ids and refuses fills whose load began before. Never throws; tried again when the cache is down. */
  invalidate(ids: string[]): Promise<void>
  /** Deletes every entry. @throws when the cache is down */
  flush(): Promise<void>
  /** Makes every entry of before a miss, at once here and within 2 s in other processes. @throws when the cache is down */
  bumpVersion(): Promise<void>
  stats(): Stats
  /** The ids that something is kept of, in no order, each once, at most `limit` of them chosen at random. @throws when the cache is down */
  sample(limit: number): Promise<string[]>
  /** Everything kept of an id, past the statistics: for comparing it with the store. @throws when the cache is down */
  kept(id: string): Promise<Kept[]>
}

/** The entries of before this number are misses; kept in the cache beside them. */
export interface Generation {
  key: string
  value: number
}

export function createNamespace(
  connection: Connection,
  tally: Tally,
  prefix: string,
  { name, version, ttlMs, jitter = 0.1 }: NamespaceOptions,
) {
  const shelf = createShelf(connection, `${prefix}${name}:v${version}:`)
  const flights = createFlights()
  const unsent = createUnsent(connection, shelf.invalidate, shelf.flush)
  const generation: Generation = { key: `${prefix}${name}:generation`, value: 0 }
  const find = createFind(shelf, flights, tally, generation, () => lifetime(ttlMs, jitter))

  const namespace: Namespace = {
    get: (id, field, load) => (unsent.has(id) ? find.bypass(id, field, load) : find.get(id, field, load)),
    async invalidate(ids) {
      if (ids.length === 0) return
      if (!(await shelf.invalidate(ids))) unsent.add(ids)
      flights.drop(ids)
    },
    async flush() {
      if (!(await shelf.flush())) throw new Error(`the cache is down: ${name} was not flushed`)
    },
    async bumpVersion() {
      const raised = await connection.ask((redis) => redis.incr(generation.key))
      if (raised === undefined) throw new Error(`the cache is down: ${name} was not raised`)
      generation.value = raised
    },
    sample: (limit) => sampleOf(shelf.ids(), limit, name),
    async kept(id) {
      const fields = await shelf.readAll(id)
      const now = await connection.ask((redis) => redis.get(generation.key))
      if (fields === undefined || now === undefined)
        throw new Error(`the cache is down: ${name} was not read`)
      return Object.entries(fields).flatMap(([field, value]) => {
        const entry = decode(value, Number(now ?? 0))
        return entry ? [{ id, field, entry }] : []
      })
    },
    stats() {
      const { hit, miss, bypass } = tally.counts
      const asked = hit + miss
      return { hits: hit, misses: miss, bypasses: bypass, hitRate: asked === 0 ? 1 : hit / asked }
    },
  }
  return { namespace, generation, close: unsent.close }
}

/** Cache-aside: a hit is one command, a miss is one more, then the load, then the guarded fill. */
function createFind(
  shelf: ReturnType<typeof createShelf>,
  flights: ReturnType<typeof createFlights>,
  tally: Tally,
  generation: Generation,
  life: () => number,
) {
  function bypass(id: string, field: string, load: Load): Promise<Entry | null> {
    tally.count('bypass')
    return flights.once(`${id}\n${field}`, load)
  }

  async function get(id: string, field: string, load: Load): Promise<Entry | null> {
    const value = await shelf.read(id, field)
    if (value === undefined) return await bypass(id, field, load)
    const entry = value && decode(value, generation.value)
    if (!entry) return await miss(id, field, load, value !== null)
    tally.count('hit')
    return entry
  }

  async function miss(id: string, field: string, load: Load, outdated: boolean): Promise<Entry | null> {
    if (outdated) await shelf.invalidate([id])
    const opened = await shelf.open(id, field)
    if (!opened) return await bypass(id, field, load)
    const entry = opened[0] && decode(opened[0], generation.value)
    tally.count(entry ? 'hit' : 'miss')
    if (entry) return entry
    const token = opened[1].toString()
    // The token is part of the key: who reads after an invalidation must not join a load from before it.
    return await flights.once(`${id}\n${field}\n${token}`, load, (loaded) =>
      shelf.fill(id, field, token, encode(generation.value, loaded), life()),
    )
  }

  return { get, bypass }
}

/** Each id with the same chance, however many there are: none but the chosen is remembered. */
async function sampleOf(
  pages: AsyncIterable<string[] | undefined>,
  limit: number,
  name: string,
): Promise<string[]> {
  const chosen = new Map<number, string>()
  const salt = randomUUID()
  const rank = (id: string) => createHash('sha1').update(salt).update(id).digest().readUIntBE(0, 6)
  for await (const ids of pages) {
    if (!ids) throw new Error(`the cache is down: ${name} was not read`)
    for (const id of ids) chosen.set(rank(id), id)
    const least = [...chosen.keys()].sort((a, b) => a - b)
    for (const one of least.slice(limit)) chosen.delete(one)
  }
  return [...chosen.values()]
}

const lifetime = (ttlMs: number, jitter: number): number =>
  Math.round(ttlMs * (1 - jitter + 2 * jitter * Math.random()))
