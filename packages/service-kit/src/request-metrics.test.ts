import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { createRequestMetrics } from './request-metrics.js'

describe('the figures of requests', () => {
  it('are a counter by status and a cumulative histogram by route', async () => {
    const registry = new Registry()
    const measure = createRequestMetrics(registry)
    for (const ms of [0.5, 1, 3, 20_000]) measure('GET', '/things/{id}', 200, ms)
    measure('GET', '/things/{id}', 404, 3)
    measure('POST', '/things/{id}', 201, 3)
    const text = await registry.metrics()
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')
          .at(-1),
      )
    const of = 'method="GET",route="/things/{id}"'
    expect(value(`marquee_http_requests_total{${of},status="200"}`)).toBe(4)
    expect(value(`marquee_http_requests_total{${of},status="404"}`)).toBe(1)
    const name = 'marquee_http_request_duration_seconds'
    const buckets = ['0.001', '0.0025', '0.005', '10', '+Inf'].map((le) =>
      value(`${name}_bucket{le="${le}",${of}}`),
    )
    expect(buckets).toEqual([2, 2, 4, 4, 5])
    expect(value(`${name}_count{${of}}`)).toBe(5)
    expect(value(`${name}_sum{${of}}`)).toBeCloseTo(20.0075, 6)
  })
})
