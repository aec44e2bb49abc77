import { describe, expect, it } from '@jest/globals'
import { idOf, titleState } from '../testing/titles.js'
import { rankingAt } from './ranking-at.js'
import type { Source } from './ranking-store.js'

const hour = 490_000
const source = (n: number, cells: [hour: number, views: number][]): Source => {
  const { origin, genreIds, summary } = titleState({ id: idOf(n) })
  return {
    id: idOf(n),
    views: cells,
    ranked: cells,
    title: { version: '1', origin, genres: genreIds, summary },
  }
}
const sources = [
  source(1, [
    [hour, 5],
    [hour + 1, 90],
  ]),
  source(2, [
    [hour - 24, 6],
    [hour, 2],
  ]),
  source(3, [[hour + 2, 9]]),
]
const at = (ms: number) => rankingAt(sources, ms, 10)

describe('the ranking of an instant', () => {
  it('knows nothing of the hours after it, and so never changes once its hour is over', () => {
    const [first, last] = [hour * 3_600_000, hour * 3_600_000 + 3_599_999]
    expect(at(first)['daily|*|*']).toEqual([
      { rank: 1, id: idOf(1), score: 5, views: 5 },
      { rank: 2, id: idOf(2), score: 2, views: 2 },
    ])
    expect(at(last)).toEqual(at(first))
    expect(at(last + 1)['daily|*|*']!.map(({ id, views }) => [id, views])).toEqual([
      [idOf(1), 95],
      [idOf(2), 2],
    ])
  })

  it('names every list that has a title, in one order', () => {
    const names = Object.keys(at(hour * 3_600_000))
    expect(names).toEqual([...names].sort())
    expect(names).toContain('monthly|korean|*')
    expect(rankingAt(sources.toReversed(), hour * 3_600_000, 10)).toEqual(at(hour * 3_600_000))
  })
})
