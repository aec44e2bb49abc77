import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { settle, testEngines } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { Registry } from 'prom-client'
import { type Cache, createCache, type Entry, type Namespace } from './index.js'

const log = { info() {}, warn() {} }
const options = { name: 'content', version: 1, ttlMs: 60_000 }

let prefix: string
let redis: Redis
let caches: Cache[]
beforeEach(() => {
  prefix = `${randomUUID()}:`
  redis = new Redis(testEngines().cache)
  caches = []
})
afterEach(async () => {
  for (const cache of caches) await cache.close()
  await redis.quit()
})

/** A process with its own connection; all of a test share the namespace. */
async function processOf(registry = new Registry()): Promise<Namespace> {
  const cache = createCache({ url: testEngines().cache, log, registry, prefix })
  caches.push(cache)
  await settle(() => cache.ready().then(() => true))
  return cache.namespace(options)
}

const entry = (text: string): Entry => ({ etag: `"1.${text}"`, bytes: Buffer.from(text) })
const gives = (text: string) => {
  const load = Object.assign(
    async () => {
      load.calls += 1
      return entry(text)
    },
    { calls: 0 },
  )
  return load
}
/** A load that is under way until `end` is called. */
function slow(text: string) {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const load = async () => {
    begin()
    await ended
    return entry(text)
  }
  return { load, begun, end }
}
const never = () => Promise.reject(new Error('loaded although cached'))
const kept = (id: string) => redis.hkeys(`${prefix}content:v1:${id}`)

describe('a read', () => {
  it('loads once, then gives the same bytes and etag to every process', async () => {
    const [one, other] = [await processOf(), await processOf()]
    const load = async () => ({ etag: '"7.ä"', bytes: Buffer.from([0, 10, 255, 13, 10]) })
    expect(await one.get('a', 'en', load)).toEqual(await load())
    await settle(async () => (await kept('a')).length === 1)
    expect(await other.get('a', 'en', never)).toEqual(await load())
    expect(one.stats()).toMatchObject({ hits: 0, misses: 1, hitRate: 0 })
    expect(other.stats()).toMatchObject({ hits: 1, misses: 0, hitRate: 1 })
  })

  it('shares one load among 200 at once', async () => {
    const cache = await processOf()
    const load = gives('one')
    const answers = await Promise.all(Array.from({ length: 200 }, () => cache.get('a', 'en', load)))
    expect(load.calls).toBe(1)
    expect(new Set(answers.map((answer) => answer?.bytes.toString()))).toEqual(new Set(['one']))
  })

  it('keeps neither null nor a failure', async () => {
    const cache = await processOf()
    expect(await cache.get('a', 'en', async () => null)).toBeNull()
    await expect(cache.get('a', 'en', () => Promise.reject(new Error('store down')))).rejects.toThrow(
      'store down',
    )
    expect(await cache.get('a', 'en', gives('now'))).toEqual(entry('now'))
  })

  it('is kept for about the ttl, which a further variant does not lengthen', async () => {
    const cache = await processOf()
    const ttls: number[] = []
    for (let n = 0; n < 20; n += 1) {
      await cache.get(`t${n}`, 'en', gives('x'))
      await settle(async () => (await kept(`t${n}`)).length === 1)
      ttls.push(await redis.pttl(`${prefix}content:v1:t${n}`))
    }
    expect(Math.min(...ttls)).toBeGreaterThan(50_000)
    expect(Math.max(...ttls)).toBeLessThanOrEqual(66_000)
    expect(new Set(ttls.map((ttl) => Math.round(ttl / 500))).size).toBeGreaterThan(3)
    await redis.pexpire(`${prefix}content:v1:t0`, 5000)
    await cache.get('t0', 'ko', gives('y'))
    await settle(async () => (await kept('t0')).length === 2)
    expect(await redis.pttl(`${prefix}content:v1:t0`)).toBeLessThanOrEqual(5000)
  })

  it('is counted for Prometheus', async () => {
    const registry = new Registry()
    const cache = await processOf(registry)
    await cache.get('a', 'en', gives('x'))
    await settle(async () => (await kept('a')).length === 1)
    await cache.get('a', 'en', never)
    const text = await registry.metrics()
    expect(text).toContain('marquee_cache_reads_total{namespace="content",outcome="hit"} 1')
    expect(text).toContain('marquee_cache_reads_total{namespace="content",outcome="miss"} 1')
  })
})

describe('an invalidation', () => {
  it('drops every variant for every process', async () => {
    const [writer, reader] = [await processOf(), await processOf()]
    for (const field of ['en', 'ko']) await reader.get('a', field, gives(`old ${field}`))
    await settle(async () => (await kept('a')).length === 2)
    await writer.invalidate(['a', 'b'])
    for (const field of ['en', 'ko']) expect(await reader.get('a', field, gives('new'))).toEqual(entry('new'))
  })

  it('refuses a fill whose load began before it', async () => {
    const [writer, reader] = [await processOf(), await processOf()]
    const old = slow('old')
    const reading = reader.get('a', 'en', old.load)
    await old.begun
    await writer.invalidate(['a'])
    old.end()
    await reading
    expect(await reader.get('a', 'en', gives('new'))).toEqual(entry('new'))
    await settle(async () => (await kept('a')).length === 1)
    expect(await writer.get('a', 'en', never)).toEqual(entry('new'))
  })

  it('is not undone by who reads after it while an old load is under way', async () => {
    const [writer, reader] = [await processOf(), await processOf()]
    const old = slow('old')
    const before = reader.get('a', 'en', old.load)
    await old.begun
    await writer.invalidate(['a'])
    expect(await reader.get('a', 'en', gives('new'))).toEqual(entry('new'))
    old.end()
    expect(await before).toEqual(entry('old'))
  })
})

describe('a flush', () => {
  it('empties the namespace and refuses fills under way, also when the whole cache was emptied', async () => {
    const cache = await processOf()
    await cache.get('kept', 'en', gives('x'))
    await redis.set(`${prefix}content:v2:other`, 'stays')
    for (const [id, empty] of [
      ['a', () => cache.flush()],
      ['b', flushAll],
    ] as const) {
      const old = slow('old')
      const reading = cache.get(id, 'en', old.load)
      await old.begun
      await empty()
      old.end()
      await reading
      expect(await cache.get(id, 'en', gives('new'))).toEqual(entry('new'))
      await settle(async () => (await kept(id)).length === 1)
      expect(await cache.get(id, 'en', never)).toEqual(entry('new'))
    }
    expect(await kept('kept')).toEqual([])
    expect(await redis.get(`${prefix}content:v2:other`)).toBe('stays')
  })

  /** What FLUSHDB does, to our keys only: other tests share the server. */
  async function flushAll() {
    const keys = await redis.keys(`${prefix}content:v1:*`)
    await redis.del(...keys)
  }
})

describe('a raised version', () => {
  it('makes all entries misses here at once, and soon in other processes', async () => {
    const [one, other] = [await processOf(), await processOf()]
    await one.get('a', 'en', gives('old'))
    await settle(async () => (await kept('a')).length === 1)
    await one.bumpVersion()
    await settle(async () => (await other.get('a', 'en', gives('newer')))?.bytes.toString() === 'newer')
    await settle(async () => (await one.get('a', 'en', gives('newest')))?.bytes.toString() !== 'old')
    await settle(async () => (await kept('a')).length === 1)
    const now = await one.get('a', 'en', never)
    expect(await other.get('a', 'en', never)).toEqual(now)
  })
})

describe('what is kept', () => {
  it('can be sampled and read with every field, past guards, the raised version and the statistics', async () => {
    const cache = await processOf()
    for (let n = 0; n < 30; n += 1) await cache.get(`id${n}`, 'en', gives(`x${n}`))
    await cache.get('id0', 'ko', gives('y'))
    await settle(async () => (await kept('id29')).length + (await kept('id0')).length === 3)
    await cache.invalidate(['gone'])
    const all = await cache.sample(100)
    expect(all.toSorted()).toEqual(Array.from({ length: 30 }, (_, n) => `id${n}`).toSorted())
    const few = await cache.sample(5)
    expect(new Set(few).size).toBe(5)
    const chosen = new Set<string>()
    for (let round = 0; round < 20; round += 1) for (const id of await cache.sample(5)) chosen.add(id)
    expect(chosen.size).toBeGreaterThan(10)
    const { hits, misses } = cache.stats()
    const entries = await cache.kept('id0')
    expect(entries.toSorted((a, b) => (a.field < b.field ? -1 : 1))).toEqual([
      { id: 'id0', field: 'en', entry: entry('x0') },
      { id: 'id0', field: 'ko', entry: entry('y') },
    ])
    expect(cache.stats()).toMatchObject({ hits, misses })
    await cache.bumpVersion()
    expect(await cache.kept('id0')).toEqual([])
  })
})
