import { ApiError, type Metrics } from '@marquee/service-kit'

export interface UpstreamFaults {
  inc(labels: { upstream: string; kind: 'unreachable' | 'silent' | 'given_up' }): void
}

export const upstreamFaults = (metrics: Metrics): UpstreamFaults =>
  metrics.counter('marquee_upstream_faults_total', 'Requests that an app did not answer, by app and kind', [
    'upstream',
    'kind',
  ])

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
  /** Nothing came in time. */
  timedOut(): void
  /** Refused or cut: that is known at once, costs nothing and does not count for the breaker. */
  failed(): void
}

const silencesToOpen = 5
const openForMs = 1000

/**
 * A breaker of counting alone: a frozen app makes each caller wait for the whole deadline, and callers pile up. After some
 * silences in a row all are refused at once, and every second one request is let through to see.
 */
export function createUpstream(
  { name, origin, timeoutMs }: { name: string; origin: string; timeoutMs: number },
  faults: UpstreamFaults,
): Upstream {
  let silences = 0
  let retryAt = 0
  return {
    name,
    origin,
    timeoutMs,
    isOpen() {
      if (silences < silencesToOpen) return false
      const now = performance.now()
      if (now < retryAt) {
        faults.inc({ upstream: name, kind: 'given_up' })
        return true
      }
      retryAt = now + openForMs
      return false
    },
    succeeded() {
      silences = 0
    },
    failed: () => faults.inc({ upstream: name, kind: 'unreachable' }),
    timedOut() {
      faults.inc({ upstream: name, kind: 'silent' })
      silences += 1
      retryAt = performance.now() + openForMs
    },
  }
}

export const unreachable = (upstream: Upstream, cause?: unknown): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service cannot be reached; try again shortly.`, { cause })

export const tooSlow = (upstream: Upstream): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service did not answer within ${upstream.timeoutMs} ms.`)
