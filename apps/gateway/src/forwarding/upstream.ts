import { ApiError } from '@marquee/service-kit'

/** What both lanes share of one app behind the gateway. */
export interface Upstream {
  name: string
  origin: string
  /** From the last byte of the request to the last byte of the answer. */
  timeoutMs: number
  /** True while the app is given up on: it was silent several times in a row, and a moment has not passed yet. */
  isOpen(): boolean
  /** An answer came, whatever it says. */
  succeeded(): void
  /** Nothing came in time. A refused connection costs nothing and does not count. */
  timedOut(): void
}

const silencesToOpen = 5
const openForMs = 1000

/**
 * A breaker of counting alone: a frozen app makes each caller wait for the whole deadline, and callers pile up. After some
 * silences in a row all are refused at once, and every second one request is let through to see.
 */
export function createUpstream(name: string, origin: string, timeoutMs: number): Upstream {
  let silences = 0
  let retryAt = 0
  return {
    name,
    origin,
    timeoutMs,
    isOpen() {
      if (silences < silencesToOpen) return false
      const now = Date.now()
      if (now < retryAt) return true
      retryAt = now + openForMs
      return false
    },
    succeeded() {
      silences = 0
    },
    timedOut() {
      silences += 1
      retryAt = Date.now() + openForMs
    },
  }
}

export const unreachable = (upstream: Upstream, cause?: unknown): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service cannot be reached; try again shortly.`, { cause })

export const tooSlow = (upstream: Upstream): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service did not answer within ${upstream.timeoutMs} ms.`)
