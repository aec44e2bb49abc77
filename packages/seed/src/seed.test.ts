import { describe, expect, it } from '@jest/globals'
import { isUuid, world } from '@marquee/contracts'
import { byPopularity, idAt, namedHistory, namedIdAt, seededRandom, seedId, zipf } from './index.js'

describe('ids of a seed', () => {
  it('are UUIDs of version 7 that sort by time and follow from what they name', () => {
    const at = Date.UTC(2026, 2, 1)
    const ids = [namedIdAt(at, 'a'), namedIdAt(at, 'b'), seedId(1, 4, 'x'), idAt(at, seededRandom(1))]
    for (const id of ids) expect([isUuid(id), id[14]]).toEqual([true, '7'])
    expect(new Set(ids).size).toBe(4)
    expect(namedIdAt(at, 'a')).toBe(ids[0])
    expect(namedIdAt(at + 1, 'a') > ids[0]!).toBe(true)
    expect(Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16)).toBe(at)
  })

  it('stay what they were, since seeded data are found by them', () => {
    expect(seedId(1, 77, 'user')).toBe('018cc298-72e0-7056-888b-0ee67564d41a')
  })
})

describe('popularity', () => {
  const ids = Array.from({ length: 50 }, (_, n) => `title ${n}`)
  it('does not depend on the order of the ids, but on the seed', () => {
    expect(byPopularity(ids.toReversed(), 1)).toEqual(byPopularity(ids, 1))
    expect(byPopularity(ids, 2)).not.toEqual(byPopularity(ids, 1))
  })

  it('falls as one by the rank', () => {
    const draw = zipf(50, 1, seededRandom(3))
    const drawn = Array<number>(50).fill(0)
    for (let n = 0; n < 50_000; n++) drawn[draw()]! += 1
    expect(drawn[0]! / drawn[9]!).toBeGreaterThan(8)
    expect(drawn[0]! / drawn[9]!).toBeLessThan(12)
  })
})

it('the named history is of the named world', () => {
  const { episodes } = world
  for (const { contentId, episodeId, position } of namedHistory) {
    const episode = Object.values(episodes).find(({ id }) => id === episodeId)!
    expect(episode.contentId).toBe(contentId)
    expect(position).toBeLessThanOrEqual(episode.durationSeconds!)
  }
})
