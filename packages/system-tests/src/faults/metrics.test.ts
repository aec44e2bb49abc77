import { expect, it } from '@jest/globals'
import { parse, sum } from './metrics.js'

const text = `# HELP marquee_lease_leading Whether this process leads
# TYPE marquee_lease_leading gauge
marquee_lease_leading{lease="catalog.relay",app="catalog"} 1
marquee_lease_leading{lease="catalog.jobs",app="catalog"} 0
marquee_events_total{type="a \\"quoted\\" name"} 1.5e3
up 1
`

it('metrics are summed up by name and labels', () => {
  const samples = parse(text)
  expect(sum(samples, 'marquee_lease_leading')).toBe(1)
  expect(sum(samples, 'marquee_lease_leading', { lease: 'catalog.jobs' })).toBe(0)
  expect(sum(samples, 'marquee_events_total')).toBe(1500)
  expect(sum(samples, 'up')).toBe(1)
  expect(sum(samples, 'down')).toBe(0)
})
