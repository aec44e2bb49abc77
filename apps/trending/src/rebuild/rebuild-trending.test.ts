import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createTrendingReader } from '../ranking/trending-reader.js'
import { keysOf } from '../testing/counters.js'
import { rankedWorld } from '../testing/ranked-world.js'
import { idOf, titleState } from '../testing/titles.js'
import { applyTitles } from '../titles/title-store.js'

let place: Awaited<ReturnType<typeof rankedWorld>>
beforeEach(async () => {
  place = await rankedWorld()
})
afterEach(() => place.close())

describe('the lists that are served', () => {
  it('are those that the buckets make, also when titles were viewed since they were prepared', async () => {
    const all = await place.rebuild({ dryRun: true })
    expect(all).toMatchObject({ differing: 0, pending: 0, swapped: false })
    expect(all.compared).toBe(all.built)
    // Those push others out of lists of ten.
    for (const n of [0, 9, 18, 27]) await place.viewed(n, 500)
    const some = await place.rebuild({ dryRun: true })
    expect(some).toMatchObject({ differing: 0, pending: 4 })
    expect(some.compared).toBeGreaterThan(40)
    expect(some.compared).toBeLessThan(all.compared)
  })

  const damages: Record<string, () => Promise<unknown>> = {
    'a score': async () => {
      const { redis, key } = place.counters
      const [id, item] = Object.entries(await redis.hgetall(key('items:daily')))[0]!
      await redis.hset(key('items:daily'), id, item.replace(/"score":[\d.]+/, '"score":77'))
    },
    'an item that is gone': async () => {
      const { redis, key } = place.counters
      await redis.hdel(key('items:weekly'), (await redis.hkeys(key('items:weekly')))[0]!)
    },
    'an item of nobody': () =>
      place.counters.redis.hset(place.counters.key('items:daily'), idOf(99), '"score":1'),
    'two in the wrong order': async () => {
      const { redis, key } = place.counters
      const [a, b, ...rest] = (await redis.get(key('list:daily|*|*')))!.split(',')
      await redis.set(key('list:daily|*|*'), [b, a, ...rest].join(','))
    },
    'a previous rank': async () => {
      const { redis, key } = place.counters
      await redis.set(key('list:daily|*|*'), (await redis.get(key('list:daily|*|*')))!.replace(':,', ':3,'))
    },
    'a list cut short': async () => {
      const { redis, key } = place.counters
      const entries = (await redis.get(key('list:monthly|*|*')))!.split(',')
      await redis.set(key('list:monthly|*|*'), entries.slice(0, 4).join(','))
    },
    'a list that is not named': () => place.counters.redis.srem(place.counters.key('lists'), 'daily|thai|*'),
    'a list of nobody': () =>
      place.counters.redis.set(place.counters.key('list:daily|mars|*'), `${idOf(1)}:`),
    'keys of another kind': async () => {
      await place.drop('lists', 'items:daily', 'board')
      for (const name of ['lists', 'items:daily', 'board'])
        await place.counters.redis.rpush(place.counters.key(name), 'x')
    },
    'everything dropped': () => place.drop(),
  }
  for (const [name, damage] of Object.entries(damages))
    it(`show ${name}, and a rebuild puts it right`, async () => {
      const before = await place.shown()
      await damage()
      expect((await place.rebuild({ dryRun: true })).differing).toBeGreaterThan(0)
      const found = await place.rebuild()
      expect(found.differing).toBeGreaterThan(0)
      expect(found.swapped).toBe(true)
      expect(await place.shown()).toEqual(before)
      expect(await place.rebuild({ dryRun: true })).toMatchObject({ differing: 0, compared: found.built })
      expect(await keysOf(place.counters, 'next:*')).toEqual([])
    })
})

describe('a rebuild', () => {
  it('is noticed by the leader, which begins anew, and by readers', async () => {
    const read = createTrendingReader(place.counters, () => clock)
    let clock = 0
    const asked = { period: 'daily', limit: 1 } as const
    const first = async () => {
      clock += 5000
      return JSON.parse((await read(asked)).bytes.toString()).items[0]?.content.id
    }
    const best = await first()
    await place.drop()
    expect(await first()).toBe(best)
    await place.rebuild()
    expect(await first()).toBe(best)
    const known = place.state.board
    await place.step()
    expect(place.state.board).not.toBe(known)
    await place.viewed(5, 900)
    await place.step()
    expect(await first()).toBe(idOf(5))
  })

  it('and a leader count versions on where they were lost, so that no reader takes its copy for the new list', async () => {
    const version = async () =>
      Number(await place.counters.redis.hget(place.counters.key('board'), 'version'))
    for (const write of [place.rebuild, place.step]) {
      const before = await version()
      await place.drop('board', 'generation')
      await write()
      expect(await version()).toBeGreaterThan(before)
    }
  })

  it('keeps what the last hourly snapshot says of ranks', async () => {
    const { redis, key } = place.counters
    await redis.decr(key('snapshot-hour'))
    place.state.board!.hour--
    await place.viewed(7, 300)
    await place.step()
    const before = await place.shown()
    expect(before[0][0]).toMatchObject({ content: { id: idOf(7) }, previousRank: expect.any(Number) })
    await place.drop()
    await place.rebuild()
    expect(await place.shown()).toEqual(before)
  })

  it('brings no title back that was taken down while it was at work', async () => {
    await place.drop()
    const { run } = place.counters
    place.counters.run = async (script, ...args) => {
      if (script === 'swapBoard')
        await applyTitles(place.counters, [
          titleState({ id: idOf(12), slug: 'title-12', version: 2, status: 'archived' }),
        ])
      return run(script, ...args)
    }
    await place.rebuild()
    place.counters.run = run
    const ids = (await place.shown()).flat().map(({ content }) => content.id)
    expect(ids).not.toContain(idOf(12))
    expect(ids.length).toBeGreaterThan(20)
  })

  it('changes nothing while it only compares', async () => {
    await place.drop('list:*', 'items:*')
    const before = await keysOf(place.counters)
    await place.rebuild({ dryRun: true })
    expect(await keysOf(place.counters)).toEqual(before)
  })
})
