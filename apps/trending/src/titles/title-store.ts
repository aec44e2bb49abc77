import { type Counters, executed } from '../counters-store.js'

/** A title as trending keeps it: a summary to show, what lists are made by, and whether it may be listed. */
export interface TitleState {
  id: string
  version: number
  status: string
  slug: string
  origin: string
  genreIds: string[]
  /** Finished JSON of a `ContentSummary`. */
  summary: string
}
/** A deleted title keeps its version, so that an older event cannot bring it back. */
export interface Tombstone {
  id: string
  version: number
  status: 'archived'
}

/**
 * Applies each state if it is newer than the kept one; answers which were. `seen`: a version by id that is replaced though it is not
 * older, since what is kept with it is wrong.
 */
export async function applyTitles(
  counters: Counters,
  states: readonly (TitleState | Tombstone)[],
  seen: ReadonlyMap<string, number> = new Map(),
): Promise<boolean[]> {
  const pipeline = counters.redis.pipeline()
  for (const state of states) {
    const more = 'summary' in state ? [state.slug, state.origin, state.genreIds.join(','), state.summary] : []
    const replaced = seen.get(state.id) ?? ''
    counters.queue(pipeline, 'applyTitle', state.id, state.version, state.status, replaced, ...more)
  }
  return (await executed(pipeline)).map((applied) => applied === 1)
}

/** Forgets titles that are still of this version; what was counted of them stays. */
export async function forgetTitles(
  counters: Counters,
  rows: readonly { id: string; version: number }[],
): Promise<void> {
  const pipeline = counters.redis.pipeline()
  for (const { id, version } of rows) counters.queue(pipeline, 'forgetTitle', id, version)
  await executed(pipeline)
}

/** Whose slugs these are, in their order. */
export const slugOwners = ({ redis, key }: Counters, slugs: readonly string[]): Promise<(string | null)[]> =>
  slugs.length === 0 ? Promise.resolve([]) : redis.hmget(key('slugs'), ...slugs)

/** Ids of the titles that are published as far as trending knows, sorted. */
export async function publishedIds({ redis, key }: Counters): Promise<string[]> {
  const ids: string[] = []
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key('slugs'), cursor, 'COUNT', 500)
    cursor = next
    const found = flat.filter((_, i) => i % 2 === 1)
    if (found.length === 0) continue
    const pipeline = redis.pipeline()
    for (const id of found) pipeline.hget(key(`title:${id}`), 'status')
    const statuses = await executed(pipeline)
    ids.push(...found.filter((_, i) => statuses[i] === 'published'))
  } while (cursor !== '0')
  return [...new Set(ids)].sort()
}

/** A title as it is kept, as text; a tombstone has nothing but id, version and status. */
export interface KeptTitle {
  id: string
  version: string
  status: string
  slug: string | null
  origin: string | null
  genres: string | null
  summary: string | null
}

/** Every title that is kept, tombstones too, each once. */
export async function* keptTitles(counters: Counters): AsyncGenerator<KeptTitle[]> {
  const { redis, key } = counters
  const prefix = key('title:')
  const seen = new Set<string>()
  for await (const names of redis.scanStream({ match: `${prefix}*`, count: 5000 }) as AsyncIterable<
    string[]
  >) {
    const ids = names.map((name) => name.slice(prefix.length)).filter((id) => !seen.has(id))
    for (const id of ids) seen.add(id)
    yield await readTitles(counters, [...new Set(ids)])
  }
}

/** Those of `ids` that are kept. */
export async function readTitles({ redis, key }: Counters, ids: readonly string[]): Promise<KeptTitle[]> {
  const pipeline = redis.pipeline()
  for (const id of ids)
    pipeline.hmget(key(`title:${id}`), 'version', 'status', 'slug', 'origin', 'genres', 'summary')
  const answers = (await executed(pipeline)) as (string | null)[][]
  return answers.flatMap(([version, status, slug = null, origin = null, genres = null, summary = null], i) =>
    version && status ? [{ id: ids[i]!, version, status, slug, origin, genres, summary }] : [],
  )
}
