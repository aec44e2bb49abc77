import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { isCountersOutage } from '../counters-store.js'
import { testCounters } from '../testing/counters.js'
import { idOf, knowTitles } from '../testing/titles.js'
import { type Board, prepare } from './prepare.js'
import { createTrendingReader } from './trending-reader.js'

const test = testCounters()
const counters = test.open()
afterAll(test.close)

let token: string
let board: Board | null = null
let now = 0
beforeAll(async () => {
  token = (await counters.run('takeLease', 'test', 600_000)) as string
  await knowTitles(counters, 3)
})
async function views(n: number, count: number) {
  const hour = Math.floor(Date.now() / 3_600_000)
  await counters.redis.hincrby(counters.key('totals'), idOf(n), count)
  await counters.redis.hincrby(counters.key(`ranked:${idOf(n)}`), String(hour), count)
  await counters.redis.sadd(counters.key('changed'), idOf(n))
  board = await prepare(counters, token, board, { length: 100 })
}
const asked = { period: 'daily', limit: 20 } as const
const firstId = ({ bytes }: { bytes: Buffer }) => JSON.parse(bytes.toString()).items[0]?.content.id

describe('reading a list', () => {
  it('takes the copy of this process for half a second, then fetches behind it, then waits for it', async () => {
    await views(0, 5)
    const read = createTrendingReader(counters, () => now)
    expect(firstId(await read(asked))).toBe(idOf(0))
    await views(1, 50)
    now += 499
    expect(firstId(await read(asked))).toBe(idOf(0))
    now += 1
    expect(firstId(await read(asked))).toBe(idOf(0))
    await settle(async () => expect(firstId(await read(asked))).toBe(idOf(1)))
    await views(2, 500)
    now += 1500
    expect(firstId(await read(asked))).toBe(idOf(2))
  })

  it('gives the same bytes and tag to everybody until something changed', async () => {
    const read = createTrendingReader(counters, () => now)
    const [first, second] = [await read(asked), await read(asked)]
    expect(second.bytes).toBe(first.bytes)
    board = await prepare(counters, token, board, { length: 100 })
    now += 2000
    const later = await read(asked)
    expect(later.etag).toBe(first.etag)
    expect((await read({ ...asked, limit: 1 })).etag).not.toBe(first.etag)
    await views(0, 1)
    now += 2000
    expect((await read(asked)).etag).not.toBe(first.etag)
  })

  it('asks once for many readers', async () => {
    let questions = 0
    const counting = {
      ...counters,
      runBuffer: (...args: Parameters<typeof counters.runBuffer>) => {
        questions++
        return counters.runBuffer(...args)
      },
    }
    const read = createTrendingReader(counting, () => now)
    await Promise.all(Array.from({ length: 50 }, () => read(asked)))
    expect(questions).toBe(1)
  })

  it('serves the last copy for a minute while the counters are down, with its age, then fails', async () => {
    let down = false
    const failing = {
      ...counters,
      runBuffer: (...args: Parameters<typeof counters.runBuffer>) =>
        down ? Promise.reject(new Error('Connection is closed.')) : counters.runBuffer(...args),
    }
    const read = createTrendingReader(failing, () => now)
    const good = await read(asked)
    down = true
    now += 30_000
    const stale = await read(asked)
    expect(stale.bytes).toBe(good.bytes)
    expect(stale.ageMs).toBe(30_000)
    now += 31_000
    await expect(read(asked)).rejects.toThrow('closed')
    down = false
    expect((await read(asked)).ageMs).toBe(0)
  })

  it('waits no longer than half a second for counters that are frozen, and a second where it has no copy', async () => {
    let frozen = false
    const silent = {
      ...counters,
      runBuffer: (...args: Parameters<typeof counters.runBuffer>) =>
        frozen ? new Promise<never>(() => {}) : counters.runBuffer(...args),
    }
    const read = createTrendingReader(silent, () => now)
    const good = await read(asked)
    frozen = true
    now += 5_000
    let began = performance.now()
    expect((await read(asked)).bytes).toBe(good.bytes)
    expect(performance.now() - began).toBeLessThan(900)
    now += 60_000
    began = performance.now()
    const failure = await read(asked).catch((error: unknown) => error)
    expect(isCountersOutage(failure)).toBe(true)
    expect(performance.now() - began).toBeLessThan(1_400)
  })
})
