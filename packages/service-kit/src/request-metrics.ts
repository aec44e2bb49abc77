import type { Metric, Registry } from 'prom-client'
import type { Measure } from './observe.js'

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Series {
  method: string
  route: string
  statuses: Map<number, number>
  /** One more than bounds; the last is +Inf. Not cumulative. */
  buckets: number[]
  sum: number
}
interface Sample {
  labels: Record<string, string | number>
  value: number
  metricName?: string
}

const requests = 'marquee_http_requests_total'
const durations = 'marquee_http_request_duration_seconds'

/**
 * Requests and durations by method, route template and status; only templates are labels, so their number is bounded. Counted here
 * and shown to prom-client at a scrape: its own counters make a key of all labels at each request, which costs more than the rest
 * of the observation.
 */
export function createRequestMetrics(registry: Registry): Measure {
  const byRoute = new Map<string, Map<string, Series>>()
  const all = () => [...byRoute.values()].flatMap((byMethod) => [...byMethod.values()])
  register(registry, requests, 'counter', 'Requests answered, by route template and status', () =>
    all().flatMap(counts),
  )
  register(registry, durations, 'histogram', 'From the head of the request to the end of the answer', () =>
    all().flatMap(histogram),
  )
  return (method, route, status, ms) => {
    const series = byRoute.get(route)?.get(method) ?? begin(byRoute, method, route)
    series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1)
    series.sum += ms / 1000
    let bucket = 0
    while (bucket < bounds.length && ms / 1000 > (bounds[bucket] as number)) bucket++
    series.buckets[bucket] = (series.buckets[bucket] as number) + 1
  }
}

function begin(byRoute: Map<string, Map<string, Series>>, method: string, route: string): Series {
  const series: Series = {
    method,
    route,
    statuses: new Map(),
    buckets: Array(bounds.length + 1).fill(0),
    sum: 0,
  }
  byRoute.set(route, (byRoute.get(route) ?? new Map()).set(method, series))
  return series
}

const counts = ({ method, route, statuses }: Series): Sample[] =>
  [...statuses].map(([status, value]) => ({ labels: { method, route, status }, value }))

function histogram({ method, route, buckets, sum }: Series): Sample[] {
  let below = 0
  const cumulative = buckets.map((count, i): Sample => {
    below += count
    return {
      metricName: `${durations}_bucket`,
      labels: { le: bounds[i] ?? '+Inf', method, route },
      value: below,
    }
  })
  const labels = { method, route }
  return [
    ...cumulative,
    { metricName: `${durations}_sum`, labels, value: sum },
    { metricName: `${durations}_count`, labels, value: below },
  ]
}

function register(
  registry: Registry,
  name: string,
  type: string,
  help: string,
  samples: () => Sample[],
): void {
  const get = async () => ({ name, help, type, aggregator: 'sum', values: samples() })
  registry.registerMetric({ name, get, reset: () => undefined } as unknown as Metric)
}
