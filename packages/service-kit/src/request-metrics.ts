import { Counter, Histogram, type Registry } from 'prom-client'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Requests and durations by method, route template and status; only templates are labels, so their number is bounded. */
export function createRequestMetrics(registry: Registry) {
  const registers = [registry]
  const labelNames = ['method', 'route', 'status'] as const
  const requests = new Counter({
    name: 'marquee_http_requests_total',
    help: 'Requests answered, by route template and status',
    labelNames,
    registers,
  })
  const durations = new Histogram({
    name: 'marquee_http_request_duration_seconds',
    help: 'Time from the head of the request to the end of the answer',
    labelNames: ['method', 'route'],
    buckets: seconds,
    registers,
  })
  return (method: string, route: string, status: number, ms: number) => {
    requests.inc({ method, route, status })
    durations.observe({ method, route }, ms / 1000)
  }
}
