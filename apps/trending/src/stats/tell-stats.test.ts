import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { hourOf } from '../ranking/decay.js'
import { countersTime } from '../seed/seed-store.js'
import { testCounters } from '../testing/counters.js'
import { knowTitles } from '../testing/titles.js'
import { countView, createHashKey } from '../views/view-store.js'
import { claimStats } from './stats-store.js'
import { tellStats } from './tell-stats.js'

const test = testCounters()
const counters = test.open()
const { redis, key } = counters
afterAll(test.close)

let token: string
let titles: string[]
let hashKey: Buffer
beforeAll(async () => {
  token = (await counters.run('takeLease', 'test', 600_000)) as string
  titles = await knowTitles(counters, 10)
  hashKey = await createHashKey(counters)()
})
const view = (id: string, address: string) =>
  countView(counters, hashKey, { ...defaultLimits }, { ref: id, address })
/** The statements in the outbox about one title, oldest first. */
async function told(id: string) {
  const entries = await redis.xrange(key('outbox'), '-', '+')
  return entries
    .map(([, flat]) =>
      Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []))),
    )
    .filter(({ type, subject }) => type === 'content.stats' && subject === id)
    .map(({ version, body }) => ({ version: Number(version), ...JSON.parse(body!) }))
}

describe('content.stats', () => {
  it('tells absolute figures of the titles that changed, once, with the next version', async () => {
    const [a, b, c] = titles as [string, string, string]
    for (const address of ['x', 'y', 'x']) await view(a, address)
    await view(b, 'x')
    expect(await tellStats(counters, token)).toBe(2)
    expect(await tellStats(counters, token)).toBe(0)
    await view(a, 'z')
    await tellStats(counters, token)
    expect(await told(a)).toEqual([
      { version: 1, id: a, totalViews: 3, popularity: 2 },
      { version: 2, id: a, totalViews: 4, popularity: 3 },
    ])
    expect(await told(b)).toEqual([{ version: 1, id: b, totalViews: 1, popularity: 1 }])
    expect(await told(c)).toEqual([])
  })

  it('tells what a leader had claimed when it died', async () => {
    const id = titles[3]!
    await view(id, 'x')
    await claimStats(counters, token, 10, 0)
    await view(id, 'y')
    await tellStats(counters, token)
    await tellStats(counters, token)
    expect((await told(id)).at(-1)).toMatchObject({ totalViews: 2, popularity: 2 })
  })

  it('tells faded titles too, with what is left of their score', async () => {
    const id = titles[4]!
    const hour = hourOf(await countersTime(counters))
    await redis.hset(key('totals'), id, 8)
    await redis.hset(key(`ranked:${id}`), hour - 168, 8)
    await redis.sadd(key('fading'), id)
    await tellStats(counters, token)
    expect(await told(id)).toEqual([{ version: 1, id, totalViews: 8, popularity: 4 }])
  })

  it('tells every changed title in one turn, in batches', async () => {
    const many = Array.from({ length: 1_200 }, (_, n) => `many-${n}`)
    for (const id of many) redis.hset(key('totals'), id, 1).catch(() => undefined)
    await redis.sadd(key('untold'), ...many)
    expect(await tellStats(counters, token)).toBe(1_200)
    expect(await told('many-7')).toHaveLength(1)
  })
})
