import { describe, expect, it } from '@jest/globals'
import { createMetrics, watchLease } from './index.js'

describe('the metric of leases', () => {
  it('shows at each scrape which of them this process holds', async () => {
    const { registry } = createMetrics('catalog')
    let leads = false
    watchLease(registry, 'catalog.relay', () => leads)
    watchLease(registry, 'catalog.jobs', () => true)
    const shown = async () =>
      [...(await registry.metrics()).matchAll(/^marquee_lease_leading\{lease="([a-z.]+)",.*\} (\d)$/gm)].map(
        ([, lease, value]) => [lease, value],
      )
    expect(await shown()).toEqual([
      ['catalog.relay', '0'],
      ['catalog.jobs', '1'],
    ])
    leads = true
    expect(await shown()).toContainEqual(['catalog.relay', '1'])
    watchLease(createMetrics('reviews').registry, 'reviews.relay', () => true)
    expect(await shown()).toHaveLength(2)
  })
})
