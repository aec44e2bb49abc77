import { setTimeout as delay } from 'node:timers/promises'
import type { Kept, Namespace } from '@marquee/cache'
import type { Pool } from '@marquee/postgres'
import { type Check, checkOf } from '@marquee/service-kit'
import { loadPublished, viewOf } from '../content/cached-content.js'

/** Titles looked at. */
const sampled = 200
const atOnce = 10
/** New figures let a title be forgotten at most every 5 s, and an edit forgets it only after its commit: so long it may be old. */
const rounds = 4
const roundMs = 2000

/** Holds what is cached of some titles against what the store would give. What stays as it is and differs for 8 s counts. */
export async function checkCache(
  pool: Pool,
  contents: Pick<Namespace, 'sample' | 'kept'>,
  pauseMs = roundMs,
): Promise<Check> {
  const found = await outdated(pool, contents, await contents.sample(sampled))
  let { suspects } = found
  for (let round = 0; round < rounds && suspects.length > 0; round++) {
    await delay(pauseMs)
    const again = await outdated(pool, contents, [...new Set(suspects.map(({ id }) => id))])
    // One that was filled anew is alive.
    suspects = suspects.filter((before) => again.suspects.some((now) => same(before, now)))
  }
  return checkOf(
    'content cache',
    found.compared,
    suspects.map(({ id, field }) => ({
      id,
      differs: `what is cached as "${field}" is not what the store gives`,
    })),
  )
}

const same = (a: Kept, b: Kept) =>
  a.id === b.id && a.field === b.field && a.entry.etag === b.entry.etag && a.entry.bytes.equals(b.entry.bytes)

async function outdated(pool: Pool, contents: Pick<Namespace, 'kept'>, ids: string[]) {
  const suspects: Kept[] = []
  let compared = 0
  for (let from = 0; from < ids.length; from += atOnce)
    await Promise.all(
      ids.slice(from, from + atOnce).map(async (id) => {
        for (const kept of await contents.kept(id)) {
          compared += 1
          if (!(await isWhatTheStoreGives(pool, kept))) suspects.push(kept)
        }
      }),
    )
  return { compared, suspects }
}

async function isWhatTheStoreGives(pool: Pool, { id, field, entry }: Kept): Promise<boolean> {
  const view = viewOf(field)
  const now = view && (await loadPublished(pool, id, view))
  return now !== null && now.etag === entry.etag && now.bytes.equals(entry.bytes)
}
