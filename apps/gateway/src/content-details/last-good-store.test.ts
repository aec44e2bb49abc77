import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { proxyTo, settle, testEngines } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { createLastGood, createThrottle, type LastGood, noLastGood } from './last-good-store.js'

let cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUp) await clean()
  cleanUp = []
})

async function open(url = testEngines().cache, settings: { everyMs?: number } = {}) {
  const prefix = `t-${randomUUID()}:`
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, disconnectTimeout: 50 })
  redis.on('error', () => undefined)
  cleanUp.push(() => redis.disconnect())
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()))
  return { redis, prefix, lastGood: createLastGood(redis, { prefix, ...settings }) }
}

const recall = (lastGood: LastGood, key: string) => lastGood.recall(key, 100)
const some = Buffer.from('{"text":"겨울\\n"}\n')

describe('a last good answer', () => {
  it('comes back as the bytes it was, with its age, for as long as it was kept for', async () => {
    const { redis, prefix, lastGood } = await open()
    expect(await recall(lastGood, 'a')).toBeNull()
    lastGood.keep('a', some, 60_000)
    const first = await settle(async () => {
      const found = await recall(lastGood, 'a')
      if (!found) throw new Error('not there yet')
      return found
    })
    expect(first.bytes.equals(some)).toBe(true)
    expect(first.ageMs).toBeLessThan(5000)
    await settle(async () => ((await recall(lastGood, 'a'))?.ageMs ?? 0) > first.ageMs + 20)
    const left = await redis.pttl(`${prefix}details:v1:a`)
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(60_000)
  })

  it('is written at most once in a while per key', async () => {
    const { lastGood } = await open(undefined, { everyMs: 300 })
    lastGood.keep('b', Buffer.from('1'), 60_000)
    lastGood.keep('b', Buffer.from('2'), 60_000)
    lastGood.keep('c', Buffer.from('3'), 60_000)
    const text = async (key: string) => (await recall(lastGood, key))?.bytes.toString()
    await settle(async () => (await text('c')) === '3')
    expect(await text('b')).toBe('1')
    await settle(async () => {
      lastGood.keep('b', Buffer.from('4'), 60_000)
      return (await text('b')) === '4'
    })
  })

  it('that is no entry of ours is none', async () => {
    const { redis, prefix, lastGood } = await open()
    for (const [key, value] of Object.entries({ x: '', y: 'no line', z: 'when\n{}' }))
      await redis.set(`${prefix}details:v1:${key}`, value)
    for (const key of ['x', 'y', 'z']) expect(await recall(lastGood, key)).toBeNull()
  })
})

describe('a cache that', () => {
  it('is frozen costs a moment, and then nothing', async () => {
    const link = await proxyTo(testEngines().cache)
    cleanUp.push(() => link.close())
    const { lastGood } = await open(link.url)
    lastGood.keep('a', some, 60_000)
    await settle(async () => (await recall(lastGood, 'a')) !== null)
    link.freeze()
    const times: number[] = []
    for (let n = 0; n < 10; n++) {
      const startedAt = performance.now()
      expect(await recall(lastGood, 'a')).toBeNull()
      times.push(performance.now() - startedAt)
    }
    expect(Math.max(...times)).toBeLessThan(400)
    expect(times.filter((ms) => ms > 50).length).toBeLessThanOrEqual(3)
    link.thaw()
    await settle(async () => (await recall(lastGood, 'a')) !== null)
  })

  it('is gone, or was never there, has nothing and refuses nothing', async () => {
    const link = await proxyTo(testEngines().cache)
    const { lastGood } = await open(link.url)
    await link.close()
    lastGood.keep('a', some, 60_000)
    expect(await recall(lastGood, 'a')).toBeNull()
    noLastGood.keep('a', some, 60_000)
    expect(await recall(noLastGood, 'a')).toBeNull()
  })
})

describe('the throttle', () => {
  it('lets each key through once in its time, and holds no more keys than it may', () => {
    let now = 0
    const may = createThrottle(1000, 3, () => now)
    expect(['a', 'a', 'b', 'c', 'd'].map(may)).toEqual([true, false, true, true, false])
    now = 999
    expect(['a', 'd'].map(may)).toEqual([false, false])
    now = 1000
    expect(['d', 'a', 'd', 'b', 'c'].map(may)).toEqual([true, true, false, true, false])
  })
})
