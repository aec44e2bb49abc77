import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { catalogIds } from '@marquee/seed'
import { prepare } from '../ranking/prepare.js'
import { createTrendingReader } from '../ranking/trending-reader.js'
import { rebuildTrending } from '../rebuild/rebuild-trending.js'
import { reconcile } from '../reconcile/reconcile-store.js'
import { keysOf, testCounters } from '../testing/counters.js'
import { idOf, knowTitles } from '../testing/titles.js'
import { countersTime, seedCounters } from './seed-store.js'
import { type SeedPlan, seedViews } from './seed-views.js'

const test = testCounters()
const counters = test.open()
const { redis, key } = counters
afterAll(test.close)

const ids = Array.from({ length: 40 }, (_, n) => idOf(n))
let plan: SeedPlan
beforeAll(async () => {
  plan = { seed: 1, views: 6_200, days: 30, ids, endMs: await countersTime(counters) }
  await knowTitles(counters, 40)
})

describe('made-up views', () => {
  it('are the same for the same plan, whatever order its ids came in', () => {
    const once = [...seedViews(plan)]
    expect([...seedViews({ ...plan, ids: [...ids].reverse() })]).toEqual(once)
    expect([...seedViews({ ...plan, seed: 2 })]).not.toEqual(once)
  })

  it('follow each other within their days, favour few titles, and have ids of their own', () => {
    const views = [...seedViews(plan)]
    const times = views.map(({ ms }) => ms)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(plan.endMs - 30 * 86_400_000)
    expect(times.at(-1)).toBeLessThan(plan.endMs)
    const perTitle = new Map<string, number>()
    for (const { contentId } of views) perTitle.set(contentId, (perTitle.get(contentId) ?? 0) + 1)
    const counts = [...perTitle.values()].sort((a, b) => b - a)
    expect(counts[0]! / counts[9]!).toBeGreaterThan(5)
    expect(new Set(views.map(({ eventId }) => eventId)).size).toBe(plan.views)
    for (const { eventId } of views)
      expect(eventId).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    const ranked = views.filter((view) => view.ranked).length
    expect(ranked).toBeGreaterThan(plan.views * 0.8)
  })
})

it('the catalogue is asked for all its pages', async () => {
  const pages = [ids.slice(0, 3), ids.slice(3, 6), ids.slice(6, 7)]
  const asked: string[] = []
  const get = async (path: string) => {
    asked.push(path)
    const items = pages[asked.length - 1]!
    const next = asked.length < pages.length ? `+/${asked.length}` : null
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ items, next })) }
  }
  expect(await catalogIds({ get })).toEqual(ids.slice(0, 7))
  expect(asked[1]).toBe('/api/v1/content/ids?limit=100&cursor=%2B%2F1')
})

describe('a seed', () => {
  it('has the effects of live views, and reconciles', async () => {
    expect(await seedCounters(counters, plan)).toBe(6_200)
    expect(await redis.xlen(key('outbox'))).toBe(6_200)
    const seen = new Set<string>()
    const found = await reconcile(counters, { onId: (id) => seen.add(id) })
    expect(found).toMatchObject({
      totalViews: 6_200,
      bucketViews: 6_200,
      storedIds: 6_200,
      repeatedIds: 0,
      agrees: true,
    })
    expect(seen).toEqual(new Set([...seedViews(plan)].map(({ eventId }) => eventId)))
    const [, fields] = (await redis.xrange(key('outbox'), '-', '+', 'COUNT', 1))[0]!
    expect(fields).toContain('content.viewed')
  })

  it('adds nothing the second time, and the missing batch after a kill', async () => {
    const before = await keysOf(counters)
    expect(await seedCounters(counters, plan)).toBe(0)
    expect(await keysOf(counters)).toEqual(before)
    expect(await redis.xlen(key('outbox'))).toBe(6_200)
    const place = testCounters()
    const other = place.open()
    await other.redis.sadd(other.key('seeded:1:6200:30'), '0', '1', '2')
    expect(await seedCounters(other, plan)).toBe(6_200 - 1_500)
    await place.close()
  })

  it('is ranked, and a rebuild after dropping every derived key ranks the same', async () => {
    const token = (await counters.run('takeLease', 'test', 60_000)) as string
    await prepare(counters, token, null, { length: 100 })
    await counters.run('releaseLease', token)
    const lists = async () => {
      const read = createTrendingReader(counters)
      const answers = (['daily', 'weekly', 'monthly'] as const).map((period) => read({ period, limit: 100 }))
      return (await Promise.all(answers)).map(({ bytes }) => JSON.parse(bytes.toString()).items)
    }
    const before = await lists()
    expect(before.map((items) => items.length)).toEqual([expect.any(Number), 40, 40])
    expect(before[0].length).toBeGreaterThan(20)
    await redis.del(key('board'), key('lists'), key('items:daily'), key('items:weekly'), key('items:monthly'))
    await rebuildTrending(counters, { length: 100 })
    expect(await lists()).toEqual(before)
  })
})

describe('reconcile', () => {
  it('sees a lost view, a view counted twice, and a wrong bucket', async () => {
    const hour = Math.floor(plan.endMs / 3_600_000) - 30
    const stored = (await redis.getBuffer(key(`ids:${hour}`)))!
    await redis.setrange(key(`ids:${hour}`), 0, stored.subarray(16, 32))
    expect(await reconcile(counters, { attempts: 1 })).toMatchObject({
      agrees: false,
      repeatedIds: 1,
      storedIds: 6_199,
    })
    await redis.set(key(`ids:${hour}`), stored.subarray(16))
    const missing = await reconcile(counters, { attempts: 1 })
    expect(missing.hoursThatDiffer).toEqual([
      expect.objectContaining({ ids: stored.length / 16 - 1, buckets: stored.length / 16 }),
    ])
    await redis.set(key(`ids:${hour}`), stored)
    await redis.hincrby(key('totals'), idOf(3), 1)
    const wrong = await reconcile(counters, { attempts: 1 })
    expect(wrong.titlesThatDiffer.map(({ id }) => id)).toEqual([idOf(3)])
    await redis.hincrby(key('totals'), idOf(3), -1)
    expect(await reconcile(counters)).toMatchObject({ agrees: true })
  })
})
