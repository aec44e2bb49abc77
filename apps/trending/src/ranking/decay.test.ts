import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Buckets, byRank, decayedScore, viewsWithin, windows } from './decay.js'

const now = 500_000
const { daily, weekly, monthly } = windows

describe('a score', () => {
  const cases: [string, Buckets, number, number, number][] = [
    ['nothing', [], 0, 0, 0],
    ['one view now', [[now, 1]], 1, 1, 1],
    ['six hours ago: half of a day’s weight', [[now - 6, 8]], 4, 7.336, 7.8044],
    ['two days ago: half of a week’s weight', [[now - 48, 8]], 0, 4, 6.5627],
    ['seven days ago: half of a month’s weight, out of the week', [[now - 168, 8]], 0, 0, 4],
    ['the last hour of the day’s window', [[now - 23, 16]], 1.1225, 11.4783, 14.5515],
    ['one hour older', [[now - 24, 16]], 0, 11.3137, 14.4916],
    ['the last hour of the week’s window', [[now - 167, 1]], 0, 0.0897, 0.5021],
    ['the last hour of the month’s window', [[now - 719, 100]], 0, 0, 5.1483],
    ['one hour older than everything', [[now - 720, 100]], 0, 0, 0],
    ['ahead of the clock: as this hour', [[now + 2, 3]], 3, 3, 3],
    [
      'several hours',
      [
        [now - 12, 4],
        [now - 6, 2],
        [now, 1],
      ],
      3,
      6.1976,
      6.7579,
    ],
  ]
  it.each(cases)('%s', (_, buckets, day, week, month) => {
    expect([daily, weekly, monthly].map((window) => decayedScore(buckets, now, window))).toEqual([
      day,
      week,
      month,
    ])
  })

  const buckets = fc
    .uniqueArray(fc.tuple(fc.integer({ min: now - 800, max: now }), fc.integer({ min: 1, max: 1000 })), {
      selector: ([hour]) => hour,
    })
    .map((cells) => cells.sort(([a], [b]) => a - b))
  const window = fc.constantFrom(daily, weekly, monthly)

  it('is never over the views of its window, and is zero exactly when there are none', () => {
    fc.assert(
      fc.property(buckets, window, (cells, w) => {
        const score = decayedScore(cells, now, w)
        const views = viewsWithin(cells, now, w)
        expect(score).toBeLessThanOrEqual(views)
        expect(score > 0).toBe(views > 0)
      }),
    )
  })

  it('only falls with time, and halves with the half-life while nothing leaves the window', () => {
    fc.assert(
      fc.property(buckets, window, fc.integer({ min: 1, max: 100 }), (cells, w, hours) => {
        expect(decayedScore(cells, now + hours, w)).toBeLessThanOrEqual(decayedScore(cells, now, w))
        const young = cells.filter(([hour]) => hour > now + w.halfLifeHours - w.hours)
        expect(decayedScore(young, now + w.halfLifeHours, w)).toBeCloseTo(decayedScore(young, now, w) / 2, 3)
      }),
    )
  })

  it('rises with every view', () => {
    fc.assert(
      fc.property(buckets, window, (cells, w) => {
        const more = [
          ...cells.filter(([hour]) => hour !== now),
          [now, 1 + (cells.find(([hour]) => hour === now)?.[1] ?? 0)] as const,
        ]
        expect(decayedScore(more, now, w)).toBeCloseTo(decayedScore(cells, now, w) + 1, 3)
      }),
    )
  })
})

describe('ranking', () => {
  it('puts higher scores first and orders ties by id', () => {
    const titles = [
      { id: 'c', score: 1 },
      { id: 'a', score: 1 },
      { id: 'b', score: 2 },
    ]
    expect(titles.sort(byRank).map(({ id }) => id)).toEqual(['b', 'a', 'c'])
  })

  it('is one order, however the titles came', () => {
    const titles = fc.uniqueArray(fc.record({ id: fc.uuid(), score: fc.integer({ min: 0, max: 3 }) }), {
      selector: ({ id }) => id,
    })
    fc.assert(
      fc.property(titles, (some) => expect([...some].reverse().sort(byRank)).toEqual([...some].sort(byRank))),
    )
  })
})
