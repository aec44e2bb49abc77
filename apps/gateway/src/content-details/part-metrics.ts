import type { Part } from '@marquee/contracts'
import type { Metrics } from '@marquee/service-kit'

/** How the parts of composed answers came to be: what is not fresh is an app that does not do its part. */
export function countParts(metrics: Metrics): (answer: { parts: Record<string, Part> }) => void {
  const counter = metrics.counter('marquee_details_parts_total', 'Parts of composed answers, by state', [
    'part',
    'state',
  ])
  return ({ parts }) => {
    for (const [part, { state }] of Object.entries(parts)) counter.inc({ part, state })
  }
}
