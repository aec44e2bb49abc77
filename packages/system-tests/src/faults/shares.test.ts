import { expect, it } from '@jest/globals'
import { createTally, smallest } from './shares.js'

it('a process that begins anew adds to what its predecessor had served', () => {
  const tally = createTally()
  for (const [first, second] of [
    [1_000, 500],
    [1_100, 560],
    [30, 640],
    [90, 690],
  ] as const) {
    tally.take('catalog', first)
    tally.take('catalog#2', second)
  }
  // 100 and 90, and 190: what was served before the first look is not counted.
  expect(tally.shares()).toEqual({ catalog: { catalog: 0.5, 'catalog#2': 0.5 } })
})

it('an instance that serves nothing has the smallest share', () => {
  const tally = createTally()
  for (const served of [0, 80]) tally.take('reviews', served)
  for (const served of [0, 0]) tally.take('reviews#2', served)
  expect(smallest(tally.shares())).toEqual({ reviews: 0 })
})
