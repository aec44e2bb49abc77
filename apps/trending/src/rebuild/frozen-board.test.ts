import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { isLeaseLost } from '../counters-store.js'
import { keysOf } from '../testing/counters.js'
import { rankedWorld } from '../testing/ranked-world.js'
import { idOf, knowTitles } from '../testing/titles.js'
import { alone } from './alone-store.js'
import { withFrozenBoard } from './frozen-board.js'

let place: Awaited<ReturnType<typeof rankedWorld>>
beforeEach(async () => {
  place = await rankedWorld()
})
afterEach(() => place.close())

describe('while a rebuild has closed the board', () => {
  const closed = (work: () => Promise<void>) =>
    withFrozenBoard(place.counters, { length: place.length }, work)

  it('the leader waits, keeps what it knows, and then ranks what came meanwhile', async () => {
    await closed(async () => {
      await place.viewed(3, 700)
      const known = place.state.board
      await place.step()
      expect(place.state.board).toBe(known)
      expect((await place.shown())[0][0].content.id).not.toBe(idOf(3))
    })
    const known = place.state.board
    await place.step()
    expect(place.state.board).toBe(known)
    expect((await place.shown())[0][0].content.id).toBe(idOf(3))
  })

  it('nobody else writes it, and a rebuild that was too slow does not either', async () => {
    let late: Promise<unknown> = Promise.resolve()
    await closed(async () => {
      await expect(place.counters.run('publishBoard', place.leader, 1, 1, 'x')).rejects.toThrow('LEASE')
      await place.counters.redis.del(place.counters.key('closed'))
      late = place.counters.run('swapBoard', 'its token', 1)
      late.catch(() => undefined)
    })
    expect(isLeaseLost(await late.catch((error: unknown) => error))).toBe(true)
  })

  it('another one waits, or says in words that one is at work', async () => {
    await closed(async () => {
      await expect(alone(place.counters, 'rebuilding', async () => 1, { waitMs: 50 })).rejects.toThrow(
        'at work',
      )
    })
    const both = await Promise.all([place.rebuild(), place.rebuild()])
    expect(both.map(({ swapped }) => swapped)).toEqual([true, true])
  })

  it('and was killed, it opens by itself, and the next rebuild goes through', async () => {
    const { redis, key } = place.counters
    await redis.set(key('rebuilding'), 'dead', 'PX', 400)
    await redis.set(key('closed'), 'dead', 'PX', 300)
    await redis.set(key('next:list:daily|mars|*'), `${idOf(1)}:`)
    await redis.sadd(key('next:lists'), 'daily|mars|*')
    await redis.hset(key('next:items:daily'), idOf(99), '"score":1')
    await place.drop('list:*')
    expect(await place.rebuild()).toMatchObject({ swapped: true })
    expect(await place.rebuild({ dryRun: true })).toMatchObject({ differing: 0 })
    await place.step()
    expect((await place.shown())[0]).toHaveLength(place.length)
    expect(await keysOf(place.counters, 'next:*')).toEqual([])
  })
})

describe('the instant', () => {
  it('lies between two steps of the leader, or after a step that nobody ends', async () => {
    const { redis, key } = place.counters
    const began = performance.now()
    await redis.set(key('stepping'), 'a leader', 'PX', 400)
    const found = place.rebuild({ dryRun: true })
    await settle(async () => expect(await redis.exists(key('taken'), key('rebuilding'))).toBeGreaterThan(0))
    expect(await redis.exists(key('closed'))).toBe(0)
    expect(await found).toMatchObject({ differing: 0 })
    expect(performance.now() - began).toBeGreaterThan(390)
  })

  it('is of the hour that the lists are of, and the leader turns it', async () => {
    const { redis, key } = place.counters
    await redis.decr(key('snapshot-hour'))
    expect((await place.rebuild()).differing).toBeGreaterThan(0)
    const before = await place.shown()
    expect(await place.rebuild({ dryRun: true })).toMatchObject({ differing: 0 })
    await place.step()
    const after = await place.shown()
    expect(after[0].every(({ previousRank }: { previousRank: number | null }) => previousRank !== null)).toBe(
      true,
    )
    const rankBefore = new Map(
      before[0].map((item: { rank: number; content: { id: string } }) => [item.content.id, item.rank]),
    )
    for (const { previousRank, content } of after[0])
      expect(previousRank).toBe(rankBefore.get(content.id) ?? previousRank)
  })
})

describe('what changes while the sources are read', () => {
  it('is read again, whether the leader took it meanwhile or not, and is in the lists', async () => {
    const { run } = place.counters
    let freezes = 0
    place.counters.run = async (script, ...args) => {
      if (script === 'freezeBoard' && freezes++ === 0) {
        await place.viewed(31, 800)
        await place.step()
        await place.viewed(32, 900)
      }
      return run(script, ...args)
    }
    const found = await place.rebuild()
    place.counters.run = run
    expect(found).toMatchObject({ differing: 0, pending: 1 })
    expect(
      (await place.shown())[0].slice(0, 2).map(({ content }: { content: { id: string } }) => content.id),
    ).toEqual([idOf(32), idOf(31)])
  })

  it('is read in portions when it is much, also while nobody leads, and no leader misses it', async () => {
    await knowTitles(place.counters, 400)
    const { run } = place.counters
    let freezes = 0
    place.counters.run = async (script, ...args) => {
      if (script === 'freezeBoard' && freezes++ === 0)
        await Promise.all(Array.from({ length: 400 }, (_, n) => place.viewed(n, 1000 + n)))
      return run(script, ...args)
    }
    await place.rebuild({ dryRun: true })
    place.counters.run = run
    expect(freezes).toBe(2)
    expect(await place.counters.redis.scard(place.counters.key('changed'))).toBe(0)
    await place.step()
    expect((await place.shown())[0][0].content.id).toBe(idOf(399))
    expect(await place.rebuild({ dryRun: true })).toMatchObject({ differing: 0, pending: 0 })
  })
})
