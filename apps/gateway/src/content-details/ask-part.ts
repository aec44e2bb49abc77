import type { Logger } from '@marquee/service-kit'
import type { Downstream, Told, Untold } from './downstreams.js'
import type { LastGood } from './last-good-store.js'
import type { Outcome } from './present.js'
import type { Until } from './until.js'

/** For reading a last good answer, when there is time; a cache that answers does so within a few milliseconds. */
const patienceMs = 250

export interface Asking {
  id: string
  /** Of its last good answer. */
  key: string
  ttlMs: number
  headers: Record<string, string>
  until: Until
  /** Rejects when there is no such title: then nothing is kept of it, or anybody could fill the cache with made-up ids. */
  known: Promise<unknown>
  log(): Logger
}

/** Asks for one part: its answer, else the last good one, else nothing. What it makes never rejects. */
export function createAskPart(lastGood: LastGood) {
  /** A good answer is kept, also one that comes too late for this request. */
  const kept = <T extends object>(told: Told<T>, { key, ttlMs, known }: Asking): Told<T> => {
    if ('bytes' in told)
      known.then(
        () => lastGood.keep(key, told.bytes, ttlMs),
        () => undefined,
      )
    return told
  }

  const instead = async <T extends object>(
    downstream: Downstream<T>,
    { key, until }: Asking,
    { reason, final }: Untold,
  ): Promise<Outcome<T>> => {
    const recalled = final ? null : await lastGood.recall(key, Math.min(patienceMs, until.left()))
    const value = recalled && downstream.read(recalled.bytes)
    if (!recalled || value === null) return { value: null, reason }
    return { value, recalled: { ageMs: recalled.ageMs }, reason }
  }

  return async <T extends object>(downstream: Downstream<T>, asking: Asking): Promise<Outcome<T>> => {
    const { id, headers, until, log } = asking
    const answer = downstream.ask(id, { headers, signal: until.signal }).then((told) => kept(told, asking))
    const told: Told<T> = (await Promise.race([answer, until.over])) ?? {
      value: null,
      reason: `${downstream.name} did not answer in time`,
      final: false,
    }
    if ('bytes' in told) return { value: told.value }
    if (told.defect !== undefined)
      log().error({ err: told.defect, part: downstream.name }, 'an answer cannot be read')
    return instead(downstream, asking, told)
  }
}
