import {
  ApiError,
  createBalancer,
  type Instances,
  type Metrics,
  type Outcome,
  type Turn,
} from '@marquee/service-kit'

export interface UpstreamFaults {
  inc(labels: { upstream: string; kind: 'unreachable' | 'silent' | 'given_up' }): void
}

export const upstreamFaults = (metrics: Metrics): UpstreamFaults =>
  metrics.counter('marquee_upstream_faults_total', 'Attempts that an app did not answer, by app and kind', [
    'upstream',
    'kind',
  ])

/** What both lanes share of one app behind the gateway. */
export interface Upstream {
  name: string
  origins: readonly string[]
  /** From the last byte of the request to the last byte of the answer, all attempts included. */
  timeoutMs: number
  /** The first attempt; null while every instance is given up on, as each was silent several times in a row. */
  pick(): Turn | null
}

/**
 * A frozen app makes each caller wait for the whole deadline, and callers pile up: the balancer gives up on who is silent. Refused or
 * cut is known at once and costs nothing.
 */
export function createUpstream(
  { name, instances, timeoutMs }: { name: string; instances: Instances; timeoutMs: number },
  faults: UpstreamFaults,
): Upstream {
  const count = (outcome: Outcome): void => {
    if (outcome === 'silent') faults.inc({ upstream: name, kind: 'silent' })
    else if (outcome === 'refused' || outcome === 'broken')
      faults.inc({ upstream: name, kind: 'unreachable' })
  }
  const balancer = createBalancer(instances, count)
  return {
    name,
    origins: instances.all.map(({ origin }) => origin),
    timeoutMs,
    pick() {
      const turn = balancer.pick()
      if (!turn) faults.inc({ upstream: name, kind: 'given_up' })
      return turn
    },
  }
}

export const unreachable = (upstream: Upstream, cause?: unknown): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service cannot be reached; try again shortly.`, { cause })

export const tooSlow = (upstream: Upstream): ApiError =>
  new ApiError('unavailable', `The ${upstream.name} service did not answer within ${upstream.timeoutMs} ms.`)
