import { afterAll, describe, expect, it } from '@jest/globals'
import { defaultLimits, world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { percentile } from '../bench/percentile.js'
import { api } from '../checked.js'
import { closeClient } from '../client.js'
import { whileDead, whileFrozen } from '../outage.js'
import { readRun } from '../platform.js'

const title = `/api/v1/content/${world.contents.winterTide.id}`
const graceMs = 200
const deadlineMs = defaultLimits.detailsDeadlineMs

type PartName = 'reviews' | 'trending' | 'audience'

/** The details, which came in time. */
async function details() {
  const began = performance.now()
  const answer = await api(`${title}/details`)
  expect(performance.now() - began).toBeLessThan(deadlineMs + graceMs)
  return answer
}

/** Every part is fresh, and the last good ones are kept. */
const whole = () =>
  settle(
    async () => {
      const { json } = await details()
      for (const part of ['catalog', 'reviews', 'trending', 'audience'])
        expect({ part, ...json.parts[part] }).toMatchObject({ part, state: 'fresh' })
    },
    { timeoutMs: 60_000, everyMs: 1_100 },
  )

/** Forgets the last good answers, and nothing else of the cache: other parts are looked at through it. */
async function flushCache(): Promise<void> {
  const redis = new Redis(readRun().engines.cache)
  try {
    await redis.flushdb()
  } finally {
    redis.disconnect()
  }
}

async function staleThenMissing(part: PartName) {
  const stale = await settle(
    async () => {
      const { status, json } = await details()
      expect({ status, ...json.parts[part] }).toMatchObject({ status: 200, state: 'stale', source: 'cache' })
      expect(json.parts[part].reason).toEqual(expect.any(String))
      expect(json[part]).not.toBeNull()
      return json.parts[part]
    },
    { timeoutMs: 20_000 },
  )
  await settle(async () => {
    const { json } = await details()
    expect(json.parts[part].ageMs).toBeGreaterThan(stale.ageMs)
  })
  await flushCache()
  const { status, json } = await details()
  expect({ status, ...json.parts[part] }).toMatchObject({ status: 200, state: 'missing', ageMs: null })
  expect(json[part]).toBeNull()
  expect(json.content.id).toBe(world.contents.winterTide.id)
}

const outages = [
  ['dead', whileDead],
  ['frozen', whileFrozen],
] as const

afterAll(closeClient)

describe.each(outages)('the details while a store is %s', (_kind, without) => {
  it.each([
    ['mongodb', 'reviews'],
    ['redis-counters', 'trending'],
  ] as const)(
    '%s: its part is stale with growing age, then missing; the others are fresh',
    async (engine, part) => {
      await whole()
      await without([engine], () => staleThenMissing(part))
      await whole()
    },
    120_000,
  )

  it('both analytics servers: the audience is stale, then missing', async () => {
    await whole()
    await without(['postgres-analytics', 'postgres-replica'], () => staleThenMissing('audience'))
    await whole()
  }, 120_000)

  it('the analytics primary: the audience comes from the replica, as old as its heartbeat', async () => {
    await whole()
    await without(['postgres-analytics'], async () => {
      const age = () =>
        settle(
          async () => {
            const { json } = await details()
            expect(json.parts.audience).toMatchObject({ state: 'stale', source: 'replica' })
            expect(json.audience).toMatchObject({ viewers: expect.any(Number) })
            return json.parts.audience.ageMs as number
          },
          { timeoutMs: 20_000 },
        )
      const first = await age()
      await settle(async () => expect(await age()).toBeGreaterThan(first))
    })
    await whole()
  }, 120_000)

  it('the catalogue’s database: 503 and when to come back', async () => {
    await whole()
    await flushCache()
    await without(['postgres-catalog'], async () => {
      const { status, json, headers } = await details()
      expect([status, json.code]).toEqual([503, 'unavailable'])
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    })
    await whole()
  }, 120_000)
})

describe('a frozen analytics primary', () => {
  const p99 = (values: number[]) => percentile(values, 0.99)
  const reads = [title, '/api/v1/content?limit=20', `${title}/episodes`, '/api/v1/genres']

  async function latencies(count: number): Promise<number[]> {
    const measured: number[] = []
    for (let n = 0; n < count; n++) {
      const began = performance.now()
      expect((await api(reads[n % reads.length]!)).status).toBe(200)
      measured.push(performance.now() - began)
    }
    return measured
  }

  it('slows no other read of the catalogue, while people ask for histories and details', async () => {
    await whole()
    const before = p99(await latencies(400))
    await whileFrozen(['postgres-analytics', 'postgres-replica'], async () => {
      let asking = true
      const askers = Array.from({ length: 8 }, async (_, n) => {
        while (asking)
          await (n % 2
            ? api(`${title}/details`)
            : api(`/api/v1/content/users/${world.viewers.mina.sub}/watch-history`, { as: 'viewer' }))
      })
      const during = p99(await latencies(400))
      asking = false
      await Promise.all(askers)
      console.log(`p99 of catalogue reads: ${before.toFixed(1)} ms before, ${during.toFixed(1)} ms during`)
      // A request that waited for an analytics server would take seconds; what the askers themselves cost is far below.
      expect(during).toBeLessThan(before + 250)
    })
    await whole()
  }, 120_000)
})
