import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@marquee/service-kit'

/**
 * Runs work of one key one after the other within this process, so that those who would wait for each other in the database do not hold
 * its connections meanwhile. After `patienceMs` in all the caller hears that it failed: what has not begun by then never does, what
 * has begun may yet succeed.
 * @throws ApiError unavailable after that time; what the work throws
 */
export function createTurns(patienceMs: number) {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const over = new AbortController()
    const before = last.get(key) ?? Promise.resolve()
    const own = before.then(() => (over.signal.aborted ? null : work()))
    const ended = own.catch(() => undefined)
    last.set(key, ended)
    void ended.then(() => last.get(key) === ended && last.delete(key))
    try {
      const late = delay(patienceMs, null, { signal: over.signal }).catch(() => null)
      const done = await Promise.race([own, late])
      if (done === null) throw new ApiError('unavailable', 'The store takes too long; try again shortly.')
      return done
    } finally {
      over.abort()
    }
  }
}
