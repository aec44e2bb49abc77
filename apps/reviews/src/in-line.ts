import { ApiError } from '@marquee/service-kit'

/**
 * Work of one key runs one after another, in the order of asking; other keys do not wait. It is told how many milliseconds are left of
 * its time. Whose turn comes too late to be done in time is not begun: his caller has been told 503, or would be, and a line that goes
 * on with such work never gets shorter.
 * @throws ApiError unavailable
 */
export type InLine = <T>(key: string, work: (leftMs: number) => Promise<T>) => Promise<T>

/** @param timeoutMs for the wait and the work together; a fifth of it is left to the work at least */
export function createInLine(timeoutMs: number): InLine {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const until = performance.now() + timeoutMs
    const begin = async () => {
      const leftMs = Math.floor(until - performance.now())
      if (leftMs < timeoutMs / 5) throw tooMany()
      return await work(leftMs)
    }
    const before = last.get(key)
    const run = before ? before.then(begin, begin) : begin()
    last.set(key, run)
    try {
      return await run
    } finally {
      if (last.get(key) === run) last.delete(key)
    }
  }
}

const tooMany = () =>
  new ApiError(
    'unavailable',
    'Too many change this at once, and nothing was done of this request; try again shortly.',
  )
