import { type Counters, executed } from '../counters-store.js'
import type { Buckets } from '../ranking/decay.js'
import { toBuckets } from '../ranking/ranking-store.js'

/** Titles to tell the catalogue about: at most `changed` whose views changed and `faded` whose score only decayed. */
export async function claimStats(counters: Counters, token: string, changed: number, faded: number) {
  const [ms, ...ids] = (await counters.run('claimStats', token, changed, faded)) as [number, ...string[]]
  return { ms, ids }
}

export async function rankedBuckets({ redis, key }: Counters, ids: readonly string[]): Promise<Buckets[]> {
  const pipeline = redis.pipeline()
  for (const id of ids) pipeline.hgetall(key(`ranked:${id}`))
  return (await executed(pipeline)).map(toBuckets)
}

/** Puts `content.stats` of claimed titles into the outbox; the total and the version are those of the very moment. */
export async function emitStats(
  counters: Counters,
  token: string,
  titles: readonly { id: string; eventId: string; popularity: number }[],
): Promise<number> {
  const args = titles.flatMap(({ id, eventId, popularity }) => [id, eventId, String(popularity)])
  return (await counters.run('emitStats', token, ...args)) as number
}
