import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { buildLists, formatList, listName, parseList, type Ranked } from './lists.js'

const title = (id: string, score: number, over: Partial<Ranked> = {}): Ranked => ({
  id,
  origin: 'korean',
  genres: [],
  scores: { daily: score, weekly: score, monthly: score },
  ...over,
})

describe('lists', () => {
  it('are made by origin, by genre and by both, and each ranks for itself', () => {
    const lists = buildLists(
      [
        title('a', 1, { genres: ['g', 'h'] }),
        title('b', 3, { origin: 'thai', genres: ['g'] }),
        title('c', 2),
      ],
      100,
    )
    const daily = Object.fromEntries([...lists].filter(([name]) => name.startsWith('daily')))
    expect(daily).toEqual({
      'daily|*|*': ['b', 'c', 'a'],
      'daily|thai|*': ['b'],
      'daily|korean|*': ['c', 'a'],
      'daily|*|g': ['b', 'a'],
      'daily|*|h': ['a'],
      'daily|thai|g': ['b'],
      'daily|korean|g': ['a'],
      'daily|korean|h': ['a'],
    })
  })

  it('leave out what has no score in the window, and are no longer than told', () => {
    const old = title('old', 1, { scores: { daily: 0, weekly: 0, monthly: 5 } })
    const lists = buildLists([old, title('a', 1), title('b', 1), title('c', 1)], 2)
    expect(lists.get(listName('daily'))).toEqual(['a', 'b'])
    expect(lists.get(listName('monthly'))).toEqual(['old', 'a'])
  })

  it('come back from storage as they were', () => {
    const previous = new Map([['b', 7]])
    expect(parseList(formatList(['a', 'b'], previous))).toEqual([
      { id: 'a', previousRank: null },
      { id: 'b', previousRank: 7 },
    ])
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid()), (ids) => {
        expect(parseList(formatList(ids, undefined)).map(({ id }) => id)).toEqual(ids)
      }),
    )
  })
})
