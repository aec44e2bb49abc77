import { ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError } from 'cockatiel'
import type { Store } from 'express-rate-limit'
import { within } from '../within.js'

/** Counts units of one key in a window that every instance shares: `totalHits` units so far, and when the window ends. */
export interface UnitCounter {
  increment(key: string): Promise<{ totalHits: number; resetTime: Date | undefined }>
}

interface Window {
  /** Units taken by all instances when we last asked. */
  units: number
  /** Requests left in the unit that this instance holds. */
  left: number
  /** Of the monotonic clock: the other one may be set while a window is open. */
  resetAt: number
  asking?: Promise<void> | undefined
}

export interface SharedWindow extends Store {
  /** Known here to be over the limit, without asking or counting. */
  isOver(key: string): boolean
}

/** The windows of all keys, in two generations as the library's own memory store has them: old ones go without a scan. */
function createWindows(windowMs: number) {
  let current = new Map<string, Window>()
  let previous = new Map<string, Window>()
  let turnedAt = performance.now()

  const turn = (now: number): void => {
    if (now - turnedAt < windowMs) return
    previous = current
    current = new Map()
    turnedAt = now
  }

  return {
    /** The window that is open now. */
    of(key: string): Window {
      const now = performance.now()
      turn(now)
      let found = current.get(key)
      if (!found) {
        found = previous.get(key) ?? { units: 0, left: 0, resetAt: 0 }
        current.set(key, found)
      }
      if (found.resetAt <= now) Object.assign(found, { units: 0, left: 0, resetAt: now + windowMs })
      return found
    },
    peek: (key: string): Window | undefined => current.get(key) ?? previous.get(key),
    forget(key: string) {
      current.delete(key)
      previous.delete(key)
    },
  }
}

export interface SharedWindowOptions {
  counter: UnitCounter
  /** Requests in `windowMs`. */
  limit: number
  windowMs: number
  patienceMs?: number
  onFailure: (error: unknown) => void
}

/**
 * A store for express-rate-limit that asks the shared counter once per `unit` requests instead of once per request: the
 * shared counter costs more than forwarding. One unit is 1/25 of the limit, so instances together stay within 4 % each.
 *
 * A counter that fails or is silent for `patienceMs` costs precision, never an answer: the instance then counts alone, and
 * asks again after a second.
 */
export function sharedWindow({
  counter,
  limit,
  windowMs,
  patienceMs = 50,
  onFailure,
}: SharedWindowOptions): SharedWindow {
  const unit = Math.max(1, Math.floor(limit / 25))
  const mostUnits = Math.ceil(limit / unit)
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(3) })
  const windows = createWindows(windowMs)

  const takeUnit = async (key: string, window: Window): Promise<void> => {
    try {
      const answer = await breaker.execute(() => within(patienceMs, counter.increment(key)))
      window.units = Math.max(window.units + 1, answer.totalHits)
      if (answer.resetTime) window.resetAt = performance.now() + answer.resetTime.getTime() - Date.now()
    } catch (error) {
      window.units += 1
      if (!isBrokenCircuitError(error)) onFailure(error)
    }
    window.left = unit
  }

  return {
    localKeys: false,
    prefix: 'rate:',
    async increment(key) {
      for (;;) {
        const window = windows.of(key)
        const resetTime = new Date(Date.now() + window.resetAt - performance.now())
        if (window.left > 0) {
          window.left -= 1
          return { totalHits: window.units * unit - window.left, resetTime }
        }
        // Over the limit nothing is asked any more: who floods us does not flood the counter.
        if (window.units > mostUnits) return { totalHits: limit + 1, resetTime }
        window.asking ??= takeUnit(key, window).finally(() => {
          window.asking = undefined
        })
        await window.asking
      }
    },
    decrement: () => undefined,
    resetKey: windows.forget,
    isOver(key) {
      const window = windows.peek(key)
      return window !== undefined && window.resetAt > performance.now() && window.units > mostUnits
    },
  }
}
