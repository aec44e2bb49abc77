import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { type Counters, isLeaseLost } from '../counters-store.js'
import { hourOf } from '../ranking/decay.js'
import { type Board, prepare } from '../ranking/prepare.js'
import { createTrendingReader } from '../ranking/trending-reader.js'
import { countersTime } from '../seed/seed-store.js'
import { keysOf, testCounters } from '../testing/counters.js'
import { awayFromTheTurn } from '../testing/hour.js'
import { idOf, knowTitles, titleState } from '../testing/titles.js'
import { applyTitles } from '../titles/title-store.js'
import { alone } from './alone-store.js'
import { withFrozenBoard } from './frozen-board.js'
import { rebuildTrending } from './rebuild-trending.js'

const worlds: ReturnType<typeof testCounters>[] = []
afterAll(() => Promise.all(worlds.map((place) => place.close())))

const length = 10
let place: ReturnType<typeof testCounters>
let counters: Counters
let leader: string
let board: Board | null
beforeEach(async () => {
  await awayFromTheTurn(10_000)
  place = testCounters()
  worlds.push(place)
  counters = place.open()
  leader = (await counters.run('takeLease', 'leader', 600_000)) as string
  board = null
  await knowTitles(counters, 40, (n) => ({ origin: n % 3 === 0 ? 'thai' : 'korean' }))
  for (let n = 0; n < 40; n++) await viewed(n, 1 + ((n * 7) % 13), n % 5)
  await step()
})

const step = async () => {
  board = await prepare(counters, leader, board, { length })
}
async function viewed(n: number, views: number, ago = 0) {
  const { redis, key } = counters
  const hour = String(hourOf(await countersTime(counters)) - ago)
  await redis.hincrby(key('totals'), idOf(n), views)
  await redis.hincrby(key(`views:${idOf(n)}`), hour, views)
  await redis.hincrby(key(`ranked:${idOf(n)}`), hour, views)
  await redis.sadd(key('changed'), idOf(n))
}
const periods = ['daily', 'weekly', 'monthly'] as const
const shown = async () => {
  const read = createTrendingReader(counters)
  const asked = periods.flatMap((period) => [{ period }, { period, origin: 'thai' }])
  const answers = await Promise.all(asked.map((each) => read({ ...each, limit: 100 })))
  return answers.map(({ bytes }) => JSON.parse(bytes.toString()).items)
}
const derived = ['board', 'lists', 'items:*', 'list:*', 'generation']
async function drop(...patterns: string[]) {
  for (const pattern of patterns)
    for (const name of await keysOf(counters, pattern)) await counters.redis.unlink(counters.key(name))
}
const rebuild = (over: { dryRun?: boolean } = {}) => rebuildTrending(counters, { length, ...over })

describe('the lists that are served', () => {
  it('are those that the buckets make, also when titles were viewed since they were prepared', async () => {
    const all = await rebuild({ dryRun: true })
    expect(all).toMatchObject({ differing: 0, pending: 0, swapped: false })
    expect(all.compared).toBe(all.built)
    // Those push others out of lists of ten.
    for (const n of [0, 9, 18, 27]) await viewed(n, 500)
    const some = await rebuild({ dryRun: true })
    expect(some).toMatchObject({ differing: 0, pending: 4 })
    expect(some.compared).toBeGreaterThan(40)
    expect(some.compared).toBeLessThan(all.compared)
  })

  const damages: Record<string, () => Promise<unknown>> = {
    'a score': async () => {
      const { redis, key } = counters
      const [id, item] = Object.entries(await redis.hgetall(key('items:daily')))[0]!
      await redis.hset(key('items:daily'), id, item.replace(/"score":[\d.]+/, '"score":77'))
    },
    'an item that is gone': async () => {
      const { redis, key } = counters
      await redis.hdel(key('items:weekly'), (await redis.hkeys(key('items:weekly')))[0]!)
    },
    'an item of nobody': () => counters.redis.hset(counters.key('items:daily'), idOf(99), '"score":1'),
    'two in the wrong order': async () => {
      const { redis, key } = counters
      const [a, b, ...rest] = (await redis.get(key('list:daily|*|*')))!.split(',')
      await redis.set(key('list:daily|*|*'), [b, a, ...rest].join(','))
    },
    'a previous rank': async () => {
      const { redis, key } = counters
      await redis.set(key('list:daily|*|*'), (await redis.get(key('list:daily|*|*')))!.replace(':,', ':3,'))
    },
    'a list cut short': async () => {
      const { redis, key } = counters
      const entries = (await redis.get(key('list:monthly|*|*')))!.split(',')
      await redis.set(key('list:monthly|*|*'), entries.slice(0, 4).join(','))
    },
    'a list that is not named': () => counters.redis.srem(counters.key('lists'), 'daily|thai|*'),
    'a list of nobody': () => counters.redis.set(counters.key('list:daily|mars|*'), `${idOf(1)}:`),
    'keys of another kind': async () => {
      await drop('lists', 'items:daily', 'board')
      for (const name of ['lists', 'items:daily', 'board'])
        await counters.redis.rpush(counters.key(name), 'x')
    },
    'everything dropped': () => drop(...derived),
  }
  for (const [name, damage] of Object.entries(damages))
    it(`show ${name}, and a rebuild puts it right`, async () => {
      const before = await shown()
      await damage()
      expect((await rebuild({ dryRun: true })).differing).toBeGreaterThan(0)
      const found = await rebuild()
      expect(found.differing).toBeGreaterThan(0)
      expect(found.swapped).toBe(true)
      expect(await shown()).toEqual(before)
      expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 0, compared: found.built })
      expect(await keysOf(counters, 'next:*')).toEqual([])
    })
})

describe('a rebuild', () => {
  it('is noticed by the leader, which begins anew, and by readers', async () => {
    const read = createTrendingReader(counters, () => clock)
    let clock = 0
    const asked = { period: 'daily', limit: 1 } as const
    const first = async () => {
      clock += 5000
      return JSON.parse((await read(asked)).bytes.toString()).items[0]?.content.id
    }
    const best = await first()
    await drop(...derived)
    expect(await first()).toBe(best)
    await rebuild()
    expect(await first()).toBe(best)
    const known = board
    await step()
    expect(board).not.toBe(known)
    await viewed(5, 900)
    await step()
    expect(await first()).toBe(idOf(5))
  })

  it('keeps what the last hourly snapshot says of ranks', async () => {
    const { redis, key } = counters
    await redis.decr(key('snapshot-hour'))
    board!.hour--
    await viewed(7, 300)
    await step()
    const before = await shown()
    expect(before[0][0]).toMatchObject({ content: { id: idOf(7) }, previousRank: expect.any(Number) })
    await drop(...derived)
    await rebuild()
    expect(await shown()).toEqual(before)
  })

  it('brings no title back that was taken down while it was at work', async () => {
    await drop(...derived)
    const { run } = counters
    counters.run = async (script, ...args) => {
      if (script === 'swapBoard')
        await applyTitles(counters, [
          titleState({ id: idOf(12), slug: 'title-12', version: 2, status: 'archived' }),
        ])
      return run(script, ...args)
    }
    await rebuild()
    counters.run = run
    const ids = (await shown()).flat().map(({ content }) => content.id)
    expect(ids).not.toContain(idOf(12))
    expect(ids.length).toBeGreaterThan(20)
  })

  it('changes nothing while it only compares', async () => {
    await drop('list:*', 'items:*')
    const before = await keysOf(counters)
    await rebuild({ dryRun: true })
    expect(await keysOf(counters)).toEqual(before)
  })
})

describe('while a rebuild has closed the board', () => {
  const closed = (work: () => Promise<void>) => withFrozenBoard(counters, { length }, work)

  it('the leader waits, keeps what it knows, and then ranks what came meanwhile', async () => {
    await closed(async () => {
      await viewed(3, 700)
      const known = board
      await step()
      expect(board).toBe(known)
      expect((await shown())[0][0].content.id).not.toBe(idOf(3))
    })
    const known = board
    await step()
    expect(board).toBe(known)
    expect((await shown())[0][0].content.id).toBe(idOf(3))
  })

  it('nobody else writes it, and a rebuild that was too slow does not either', async () => {
    let late: Promise<unknown> = Promise.resolve()
    await closed(async () => {
      await expect(counters.run('publishBoard', leader, 1, 1, 'x')).rejects.toThrow('LEASE')
      await counters.redis.del(counters.key('closed'))
      late = counters.run('swapBoard', 'its token', 1)
      late.catch(() => undefined)
    })
    expect(isLeaseLost(await late.catch((error: unknown) => error))).toBe(true)
  })

  it('another one waits, or says in words that one is at work', async () => {
    await closed(async () => {
      await expect(alone(counters, 'rebuilding', async () => 1, { waitMs: 50 })).rejects.toThrow('at work')
    })
    const both = await Promise.all([rebuild(), rebuild()])
    expect(both.map(({ swapped }) => swapped)).toEqual([true, true])
  })

  it('and was killed, it opens by itself, and the next rebuild goes through', async () => {
    const { redis, key } = counters
    await redis.set(key('rebuilding'), 'dead', 'PX', 400)
    await redis.set(key('closed'), 'dead', 'PX', 300)
    await redis.set(key('next:list:daily|*|*'), 'x')
    await redis.sadd(key('next:lists'), 'daily|*|*')
    await drop('list:*')
    expect(await rebuild()).toMatchObject({ swapped: true })
    await step()
    expect((await shown())[0]).toHaveLength(length)
    expect(await keysOf(counters, 'next:*')).toEqual([])
  })
})

describe('the instant', () => {
  it('lies between two steps of the leader, or after a step that nobody ends', async () => {
    const { redis, key } = counters
    const began = performance.now()
    await redis.set(key('stepping'), 'a leader', 'PX', 400)
    const found = rebuild({ dryRun: true })
    await settle(async () => expect(await redis.exists(key('taken'), key('rebuilding'))).toBeGreaterThan(0))
    expect(await redis.exists(key('closed'))).toBe(0)
    expect(await found).toMatchObject({ differing: 0 })
    expect(performance.now() - began).toBeGreaterThan(390)
  })

  it('is of the hour that the lists are of, and the leader turns it', async () => {
    const { redis, key } = counters
    await redis.decr(key('snapshot-hour'))
    expect((await rebuild()).differing).toBeGreaterThan(0)
    const before = await shown()
    expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 0 })
    await step()
    const after = await shown()
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
    const { run } = counters
    let freezes = 0
    counters.run = async (script, ...args) => {
      if (script === 'freezeBoard' && freezes++ === 0) {
        await viewed(31, 800)
        await step()
        await viewed(32, 900)
      }
      return run(script, ...args)
    }
    const found = await rebuild()
    counters.run = run
    expect(found).toMatchObject({ differing: 0, pending: 1 })
    expect(
      (await shown())[0].slice(0, 2).map(({ content }: { content: { id: string } }) => content.id),
    ).toEqual([idOf(32), idOf(31)])
  })

  it('is read in portions when it is much, also while nobody leads, and no leader misses it', async () => {
    await knowTitles(counters, 400)
    const { run } = counters
    let freezes = 0
    counters.run = async (script, ...args) => {
      if (script === 'freezeBoard' && freezes++ === 0)
        await Promise.all(Array.from({ length: 400 }, (_, n) => viewed(n, 1000 + n)))
      return run(script, ...args)
    }
    await rebuild({ dryRun: true })
    counters.run = run
    expect(freezes).toBe(2)
    expect(await counters.redis.scard(counters.key('changed'))).toBe(0)
    await step()
    expect((await shown())[0][0].content.id).toBe(idOf(399))
    expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 0, pending: 0 })
  })
})
