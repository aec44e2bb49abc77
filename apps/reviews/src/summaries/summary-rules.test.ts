import { describe, expect, it } from '@jest/globals'
import { ReviewSummary } from '@marquee/contracts'
import fc from 'fast-check'
import { figuresDelta, presentSummary, ratingChanged, type SummaryDocument } from './summary-rules.js'

/** What MongoDB's $inc does. */
function increased(summary: SummaryDocument, delta: Record<string, number>): SummaryDocument {
  const next = structuredClone(summary)
  for (const [path, by] of Object.entries(delta)) {
    const [field, rating] = path.split('.') as ['count' | 'sum' | 'version' | 'distribution', string?]
    if (field === 'distribution') next.distribution[rating!] = (next.distribution[rating!] ?? 0) + by
    else next[field] += by
  }
  return next
}
const empty = { _id: 'a', count: 0, sum: 0, distribution: {}, version: 0 }
const rating = fc.option(fc.integer({ min: 1, max: 10 }))

describe('the figures of a title', () => {
  it('are those of its reviews after any sequence of posts, edits, hidings and removals', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), rating), { maxLength: 60 })
    fc.assert(
      fc.property(changes, (sequence) => {
        const reviews: (number | null)[] = Array(6).fill(null)
        let summary: SummaryDocument = empty
        for (const [which, after] of sequence) {
          const delta = figuresDelta(reviews[which]!, after)
          expect(delta === null).toBe(reviews[which] === after)
          if (delta) summary = increased(summary, delta)
          reviews[which] = after
        }
        const counted = reviews.filter((one) => one !== null)
        const sum = counted.reduce((total, one) => total + one, 0)
        const shown = presentSummary(summary)
        expect(ReviewSummary.parse(shown)).toEqual(shown)
        expect(shown.count).toBe(counted.length)
        expect(shown.average).toBe(counted.length === 0 ? null : sum / counted.length)
        for (let n = 1; n <= 10; n++)
          expect(shown.distribution[n]).toBe(counted.filter((one) => one === n).length)
        expect(ratingChanged(summary)).toEqual({
          contentId: 'a',
          count: counted.length,
          sum,
          average: shown.average,
        })
      }),
    )
  })

  it('are nothing for a title without reviews', () => {
    expect(presentSummary(null)).toMatchObject({ count: 0, average: null, distribution: { 1: 0, 10: 0 } })
  })
})
