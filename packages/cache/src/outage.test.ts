import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { proxyTo, settle, testEngines } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { type Cache, createCache, type Entry, type Namespace } from './index.js'

const log = { info() {}, warn() {} }
const options = { name: 'content', version: 1, ttlMs: 60_000 }
const entry = (text: string): Entry => ({ etag: '"1.x"', bytes: Buffer.from(text) })
const gives = (text: string) => async () => entry(text)
const never = () => Promise.reject(new Error('loaded although cached'))

let link: Awaited<ReturnType<typeof proxyTo>>
let caches: Cache[]
let near: Namespace
let cache: Cache
let prefix: string
beforeEach(async () => {
  link = await proxyTo(testEngines().cache)
  prefix = `${randomUUID()}:`
  caches = []
  cache = await open(link.url)
  near = cache.namespace(options)
})
afterEach(async () => {
  for (const one of caches) await one.close()
  await link.close()
})

async function open(url: string): Promise<Cache> {
  const one = createCache({ url, log, registry: new Registry(), prefix })
  caches.push(one)
  await settle(() => one.ready().then(() => true))
  return one
}
const isCached = async (id: string, text: string) =>
  (await near.get(id, 'en', never).catch(() => null))?.bytes.toString() === text
/** Reads as its users do, and tells when the cache gives the new state. */
const isRefilled = async (id: string) => {
  await near.get(id, 'en', gives('new'))
  return await isCached(id, 'new')
}

describe('a frozen cache', () => {
  it('costs about a second once, then nothing, and is used again when it thaws', async () => {
    await near.get('a', 'en', gives('old'))
    await settle(() => isCached('a', 'old'))
    link.freeze()
    const started = performance.now()
    const first = await Promise.all(Array.from({ length: 50 }, () => near.get('a', 'en', gives('store'))))
    expect(performance.now() - started).toBeLessThan(1700)
    expect(new Set(first.map((answer) => answer?.bytes.toString()))).toEqual(new Set(['store']))
    await settle(async () => {
      const asked = performance.now()
      await near.get('a', 'en', gives('store'))
      return performance.now() - asked < 100
    })
    await expect(cache.ready()).rejects.toThrow('down')
    link.thaw()
    await settle(() => isCached('a', 'old'))
  })

  it('never gives back what was invalidated while it was frozen', async () => {
    const far = (await open(testEngines().cache)).namespace(options)
    for (const id of ['a', 'b']) await near.get(id, 'en', gives('old'))
    await settle(async () => (await isCached('a', 'old')) && (await isCached('b', 'old')))
    link.freeze()
    await near.invalidate(['a'])
    await near.invalidate(['b'])
    expect(await near.get('a', 'en', gives('new'))).toEqual(entry('new'))
    link.thaw()
    const seen = new Set<string | undefined>()
    await settle(async () => {
      seen.add((await near.get('a', 'en', gives('new')))?.bytes.toString())
      return await isCached('a', 'new')
    })
    expect(seen).toEqual(new Set(['new']))
    await settle(async () => (await far.get('b', 'en', gives('new')))?.bytes.toString() === 'new')
  })
})

describe('a cache that is cut off', () => {
  it('answers from the store, remembers invalidations, and sends them when it is back', async () => {
    await near.get('a', 'en', gives('old'))
    await settle(() => isCached('a', 'old'))
    link.freeze()
    link.cut()
    await near.invalidate(['a'])
    expect(await near.get('a', 'en', gives('new'))).toEqual(entry('new'))
    await expect(near.flush()).rejects.toThrow('down')
    link.thaw()
    await settle(() => isRefilled('a'))
  })

  it('is bypassed as a whole after more invalidations than can be remembered, until it was flushed', async () => {
    await near.get('kept', 'en', gives('old'))
    await settle(() => isCached('kept', 'old'))
    link.freeze()
    const ids = Array.from({ length: 10_001 }, (_, n) => `id-${n}`)
    await near.invalidate(ids)
    expect(await near.get('kept', 'en', gives('new'))).toEqual(entry('new'))
    link.thaw()
    await settle(() => isRefilled('kept'))
  })

  it('does not keep an app from starting, nor its reads from waiting', async () => {
    const alone = createCache({ url: 'redis://127.0.0.1:1', log, registry: new Registry() })
    caches.push(alone)
    const started = performance.now()
    expect(await alone.namespace(options).get('a', 'en', gives('store'))).toEqual(entry('store'))
    expect(performance.now() - started).toBeLessThan(500)
  })
})
