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

/** Applies each state if it is newer than the kept one; answers which were. */
export async function applyTitles(
  counters: Counters,
  states: readonly (TitleState | Tombstone)[],
): Promise<boolean[]> {
  const pipeline = counters.redis.pipeline()
  for (const state of states) {
    const more = 'summary' in state ? [state.slug, state.origin, state.genreIds.join(','), state.summary] : []
    counters.queue(pipeline, 'applyTitle', state.id, state.version, state.status, ...more)
  }
  return (await executed(pipeline)).map((applied) => applied === 1)
}

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
