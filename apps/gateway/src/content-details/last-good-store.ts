import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import type { Redis } from 'ioredis'
import { within } from '../within.js'

export interface LastGood {
  /** Keeps an answer for when its app is down. Returns at once; what cannot be kept is not. */
  keep(key: string, bytes: Buffer, ttlMs: number): void
  /** The kept answer and its age; null when there is none, or when the cache does not tell within `patienceMs`. */
  recall(key: string, patienceMs: number): Promise<{ bytes: Buffer; ageMs: number } | null>
}

/** Without a cache nothing is kept. */
export const noLastGood: LastGood = { keep: () => undefined, recall: () => Promise.resolve(null) }

const newline = 10
/** Nobody waits for a write. */
const writeMs = 500

/** One line of when, in ms since 1970, then the bytes as they came. */
const encode = (now: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`${now}\n`), bytes])

function decode(kept: Buffer, now: number): { bytes: Buffer; ageMs: number } | null {
  const end = kept.indexOf(newline)
  const at = end > 0 ? Number(kept.toString('latin1', 0, end)) : Number.NaN
  // Clocks of two instances may differ by a little.
  return Number.isNaN(at) ? null : { bytes: kept.subarray(end + 1), ageMs: Math.max(0, Math.round(now - at)) }
}

/**
 * Says yes to a key at most once in `everyMs`, and to `most` keys in that time.
 * @param clock ms of a monotonic clock
 */
export function createThrottle(everyMs: number, most: number, clock: () => number = () => performance.now()) {
  /** In the order of their times, so the old ones are the first. */
  const lately = new Map<string, number>()
  return (key: string): boolean => {
    const now = clock()
    for (const [old, at] of lately) {
      if (now - at < everyMs) break
      lately.delete(old)
    }
    if (lately.has(key) || lately.size >= most) return false
    lately.set(key, now)
    return true
  }
}

/**
 * Last good answers in the shared cache, `details:v1:<key>`. The connection is the one of the rate limits; a cache that is down or
 * frozen costs the first few callers their patience and then, by the breaker, nobody.
 * @param now ms since 1970, by a clock that all instances share: it tells how old an answer is
 */
export function createLastGood(
  redis: Redis,
  { everyMs = 1000, most = 5000, prefix = '', now = Date.now } = {},
): LastGood {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(3) })
  const mayKeep = createThrottle(everyMs, most)
  const name = (key: string) => `${prefix}details:v1:${key}`
  const asked = <T>(patienceMs: number, command: () => Promise<T>): Promise<T | null> =>
    breaker.execute(() => within(patienceMs, command())).catch(() => null)

  return {
    keep(key, bytes, ttlMs) {
      if (!mayKeep(key)) return
      const kept = encode(now(), bytes)
      // Behind whatever answer is being written in this tick.
      setImmediate(() => void asked(writeMs, () => redis.set(name(key), kept, 'PX', ttlMs)))
    },
    async recall(key, patienceMs) {
      const kept = await asked(patienceMs, () => redis.getBuffer(name(key)))
      return kept && decode(kept, now())
    },
  }
}
