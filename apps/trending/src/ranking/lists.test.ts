import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formatList, groupsOf, listName, listsOf, parseList, type Ranked } from './lists.js'

const title = (id: string, score: number, origin = 'korean', genres: string[] = []): Ranked => ({
  id,
  groups: groupsOf(origin, genres),
  scores: { daily: score, weekly: score, monthly: score },
})

describe('lists', () => {
  it('are made by origin, by genre and by both, and each ranks for itself', () => {
    const titles = [title('a', 1, 'korean', ['g', 'h']), title('b', 3, 'thai', ['g']), title('c', 2)]
    expect(Object.fromEntries(listsOf('daily', titles, 100))).toEqual({
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
    const old = { ...title('old', 1), scores: { daily: 0, weekly: 0, monthly: 5 } }
    const titles = [old, title('a', 1), title('b', 1), title('c', 1)]
    expect(listsOf('daily', titles, 2).get(listName('daily'))).toEqual(['a', 'b'])
    expect(listsOf('monthly', titles, 2).get(listName('monthly'))).toEqual(['old', 'a'])
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
