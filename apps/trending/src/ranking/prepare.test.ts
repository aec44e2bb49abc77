import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultLimits, TrendingList, type TrendingPeriod, world } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import { countersTime } from '../seed/seed-store.js'
import { testCounters } from '../testing/counters.js'
import { awayFromTheTurn } from '../testing/hour.js'
import { idOf, knowTitles, titleState } from '../testing/titles.js'
import { applyTitles } from '../titles/title-store.js'
import { countView, createHashKey } from '../views/view-store.js'
import { hourOf } from './decay.js'
import { type Board, keptHours, prepare } from './prepare.js'
import { createTrendingReader } from './trending-reader.js'

const worlds: ReturnType<typeof testCounters>[] = []
afterAll(() => Promise.all(worlds.map((place) => place.close())))

let counters: Counters
let token: string
let board: Board | null
let hour: number
beforeEach(async () => {
  await awayFromTheTurn(5_000)
  const place = testCounters()
  worlds.push(place)
  counters = place.open()
  token = (await counters.run('takeLease', 'test', 600_000)) as string
  board = null
  hour = hourOf(await countersTime(counters))
})

const step = async (length = 100) => {
  board = await prepare(counters, token, board, { length })
}
const read = async (
  period: TrendingPeriod = 'daily',
  filter: { origin?: string; genre?: string } = {},
  limit = 100,
) => {
  const { bytes } = await createTrendingReader(counters)({ period, ...filter, limit })
  return TrendingList.parse(JSON.parse(bytes.toString()))
}
const ids = async (...asked: Parameters<typeof read>) =>
  (await read(...asked)).items.map(({ content }) => content.id)
const view = async (id: string, viewerId: string) =>
  countView(
    counters,
    await createHashKey(counters)(),
    { ...defaultLimits },
    { ref: id, address: viewerId, viewerId },
  )
/** Views of the past, as the buckets keep them. */
async function past(id: string, ago: number, views: number) {
  const { redis, key } = counters
  await redis.hincrby(key('totals'), id, views)
  await redis.hincrby(key(`views:${id}`), String(hour - ago), views)
  await redis.hincrby(key(`ranked:${id}`), String(hour - ago), views)
  await redis.sadd(key('changed'), id)
}
/** As though the last step had been an hour ago. */
const turnHour = async () => {
  board!.hour--
  await counters.redis.set(counters.key('snapshot-hour'), hour - 1)
}

describe('prepared lists', () => {
  it('rank by score and are finished items in the shape of the contract', async () => {
    const [a, b] = (await knowTitles(counters, 2)) as [string, string]
    await step()
    for (const viewer of ['x', 'y', 'x']) await view(b, viewer)
    await view(a, 'x')
    await step()
    const { items } = await read()
    expect(items).toEqual([
      {
        rank: 1,
        previousRank: null,
        score: 2,
        views: 3,
        uniqueViewers: 2,
        content: { ...world.summaries.winterTide, id: b, slug: 'title-1' },
      },
      {
        rank: 2,
        previousRank: null,
        score: 1,
        views: 1,
        uniqueViewers: 1,
        content: { ...world.summaries.winterTide, id: a, slug: 'title-0' },
      },
    ])
    expect(await ids('weekly')).toEqual([b, a])
    expect(await ids('monthly')).toEqual([b, a])
  })

  it('hold the windows at their edges', async () => {
    const titles = await knowTitles(counters, 6)
    const agos = [23, 24, 167, 168, 719, 720]
    for (const [n, ago] of agos.entries()) await past(titles[n]!, ago, 10)
    await step()
    expect(await ids('daily')).toEqual([titles[0]])
    expect(await ids('weekly')).toEqual(titles.slice(0, 3))
    expect(await ids('monthly')).toEqual(titles.slice(0, 5))
  })

  it('order ties by id', async () => {
    const titles = await knowTitles(counters, 5)
    for (const n of [3, 1, 4, 0, 2]) await past(titles[n]!, 0, 7)
    await step()
    expect(await ids()).toEqual(titles)
  })

  it('are made for origins and genres, and for both together', async () => {
    const { romance, crime } = world.genres
    const titles = await knowTitles(counters, 4, (n) => ({
      origin: n % 2 === 0 ? 'thai' : 'korean',
      genreIds: n < 2 ? [romance.id] : [romance.id, crime.id],
    }))
    for (const [n, id] of titles.entries()) await past(id, 0, 10 - n)
    await step()
    expect(await ids('daily', { origin: 'thai' })).toEqual([titles[0], titles[2]])
    expect(await ids('daily', { genre: crime.id })).toEqual([titles[2], titles[3]])
    expect(await ids('daily', { origin: 'korean', genre: crime.id })).toEqual([titles[3]])
    expect(await ids('daily', { origin: 'chinese' })).toEqual([])
    expect((await read('daily', { genre: crime.id })).items.map(({ rank }) => rank)).toEqual([1, 2])
  })

  it('are no longer than told, and a shorter one is their beginning', async () => {
    const titles = await knowTitles(counters, 12)
    for (const [n, id] of titles.entries()) await past(id, 0, 20 - n)
    await step(10)
    expect(await ids()).toEqual(titles.slice(0, 10))
    for (const limit of [1, 3, 10]) expect(await ids('daily', {}, limit)).toEqual(titles.slice(0, limit))
  })

  it('say when they were prepared, also when nothing changed', async () => {
    await step()
    await step()
    const { items, preparedAt } = await read()
    expect(items).toEqual([])
    expect(Math.abs(Date.parse(preparedAt) - (await countersTime(counters)))).toBeLessThan(2_000)
  })
})

describe('a title', () => {
  it('that is taken down is gone at once, and comes back when it is published again unchanged', async () => {
    const [a, b] = (await knowTitles(counters, 2)) as [string, string]
    await past(a, 0, 2)
    await past(b, 0, 1)
    await step()
    expect(await ids()).toEqual([a, b])
    await applyTitles(counters, [titleState({ id: a, slug: 'title-0', version: 2, status: 'archived' })])
    // Nobody prepared anything since.
    expect((await read()).items).toMatchObject([{ rank: 1, content: { id: b } }])
    await applyTitles(counters, [titleState({ id: a, slug: 'title-0', version: 3 })])
    await step()
    expect(await ids()).toEqual([a, b])
    await applyTitles(counters, [{ id: a, version: 4, status: 'archived' }])
    await step()
    expect(await ids()).toEqual([b])
  })

  it('that was taken down while the leader was at work is not put back', async () => {
    const [a] = (await knowTitles(counters, 1)) as [string]
    await past(a, 0, 1)
    const { run } = counters
    counters.run = async (script, ...args) => {
      if (script === 'writeBoard') await applyTitles(counters, [{ id: a, version: 2, status: 'archived' }])
      return run(script, ...args)
    }
    await step()
    expect(await ids()).toEqual([])
  })

  it('that is viewed before it is known is listed as soon as it is', async () => {
    await past(idOf(1), 0, 1)
    await step()
    expect(await ids()).toEqual([])
    await knowTitles(counters, 2)
    await step()
    expect(await ids()).toEqual([idOf(1)])
  })

  it('is shown as it was last edited', async () => {
    const [a] = (await knowTitles(counters, 1)) as [string]
    await past(a, 0, 1)
    await step()
    const summary = JSON.stringify({ ...world.summaries.winterTide, id: a, title: 'Winter Tide Returns' })
    await applyTitles(counters, [titleState({ id: a, slug: 'title-0', version: 2, origin: 'thai', summary })])
    await step()
    expect((await read()).items[0]!.content.title).toBe('Winter Tide Returns')
    expect(await ids('daily', { origin: 'korean' })).toEqual([])
  })
})

describe('the turn of the hour', () => {
  it('makes the lists of now what previousRank is compared with', async () => {
    const [a, b, c] = (await knowTitles(counters, 3)) as [string, string, string]
    await past(a, 0, 5)
    await past(b, 0, 3)
    await step()
    await turnHour()
    await past(c, 0, 9)
    await past(b, 0, 9)
    await step()
    expect(
      (await read()).items.map(({ rank, previousRank, content }) => [rank, previousRank, content.id]),
    ).toEqual([
      [1, 2, b],
      [2, null, c],
      [3, 1, a],
    ])
    await step()
    expect((await read()).items[0]).toMatchObject({ rank: 1, previousRank: 2 })
  })

  it('has every title with a score told again', async () => {
    const [a, b] = (await knowTitles(counters, 2)) as [string, string]
    await past(a, 5, 5)
    await past(b, 720, 5)
    await step()
    await turnHour()
    await step()
    // b left the 30 days with this very hour.
    expect((await counters.redis.smembers(counters.key('fading'))).sort()).toEqual([a, b])
  })

  it('moves what is older than 35 days from the buckets to the retired sum', async () => {
    const [a] = (await knowTitles(counters, 1)) as [string]
    await past(a, keptHours - 1, 2)
    await past(a, keptHours, 3)
    await step()
    const { redis, key } = counters
    expect(await redis.hgetall(key(`views:${a}`))).toEqual({ [hour - keptHours + 1]: '2' })
    expect(await redis.hgetall(key('retired'))).toEqual({ [a]: '3' })
    expect(await redis.hget(key('totals'), a)).toBe('5')
  })
})

it('a hundred random steps leave what one rebuild makes', async () => {
  const titles = await knowTitles(counters, 30, (n) => ({ origin: n % 3 === 0 ? 'thai' : 'korean' }))
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  for (let n = 0; n < 100; n++) {
    await past(titles[random(30)]!, random(740), 1 + random(5))
    if (n % 10 === 0)
      await applyTitles(counters, [
        titleState({
          id: titles[random(30)]!,
          slug: `s-${n}`,
          version: 2 + n,
          status: n % 20 === 0 ? 'archived' : 'published',
        }),
      ])
    if (n % 7 === 0) await step(10)
  }
  await step(10)
  const everything = async () => {
    const lists = await counters.redis.smembers(counters.key('lists'))
    const shown = lists
      .sort()
      .map(async (name) => [name, await counters.redis.get(counters.key(`list:${name}`))])
    const items = (['daily', 'weekly', 'monthly'] as const).map((period) =>
      counters.redis.hgetall(counters.key(`items:${period}`)),
    )
    return { lists: await Promise.all(shown), items: await Promise.all(items) }
  }
  const before = await everything()
  expect(before.lists.length).toBeGreaterThan(5)
  board = null
  await step(10)
  expect(await everything()).toEqual(before)
})
