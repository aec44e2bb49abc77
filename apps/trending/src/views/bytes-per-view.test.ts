import { afterAll, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { keysOf, testCounters } from '../testing/counters.js'
import { knowTitles } from '../testing/titles.js'
import { countView, createHashKey } from './view-store.js'

const test = testCounters()
afterAll(test.close)

const views = 5_000

it('a view costs no more bytes than keys.ts says', async () => {
  const counters = test.open()
  const ids = await knowTitles(counters, 50)
  const hashKey = await createHashKey(counters)()
  for (let from = 0; from < views; from += 200)
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => {
        const n = from + i
        const who = { address: `192.0.2.${n}`, idempotencyKey: `key-${n}` }
        return countView(counters, hashKey, { ...defaultLimits }, { ref: ids[n % 50]!, ...who })
      }),
    )
  const bytesOf = async (pattern: string) => {
    const pipeline = counters.redis.pipeline()
    for (const name of await keysOf(counters, pattern))
      pipeline.call('MEMORY', 'USAGE', counters.key(name), 'SAMPLES', '0')
    const answers = (await pipeline.exec()) ?? []
    return Math.round(answers.reduce((sum, [, bytes]) => sum + Number(bytes), 0) / views)
  }
  const found: Record<string, number> = {}
  for (const pattern of [
    'key:*',
    'seen:*',
    'crowd:*',
    'ids:*',
    'outbox',
    'viewers-*',
    'views:*',
    'ranked:*',
    'days:*',
  ])
    found[pattern] = await bytesOf(pattern)
  const total = Object.values(found).reduce((sum, bytes) => sum + bytes, 0)
  // Asked for: a figure to quote.
  console.info(`bytes of Redis per view: ${total} of ${views} views, ${JSON.stringify(found)}`)
  // One key for 24 h, one viewer and one address for 30 min, one entry until it is published, the id for 35 days.
  expect(found['key:*']).toBeLessThanOrEqual(180)
  expect(found['seen:*']! + found['crowd:*']!).toBeLessThanOrEqual(450)
  expect(found.outbox).toBeLessThanOrEqual(300)
  expect(found['ids:*']).toBeLessThanOrEqual(40)
  expect(found['viewers-*']! + found['views:*']! + found['ranked:*']! + found['days:*']!).toBeLessThanOrEqual(
    20,
  )
})
