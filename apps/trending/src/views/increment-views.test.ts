import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { proxyTo, testEngines } from '@marquee/test-kit'
import { keysOf } from '../testing/counters.js'
import { serveTrending } from '../testing/serve.js'
import { idOf } from '../testing/titles.js'

// Nothing here waits for Kafka, so none is needed.
const kafka = ['127.0.0.1:1']
const { winterTide, paperLanterns, jadeCourt, lastFerry, mangoSeason } = world.contents
let place: Awaited<ReturnType<typeof serveTrending>>
let app: Awaited<ReturnType<typeof place.start>>
beforeAll(async () => {
  place = await serveTrending({ kafka })
  app = await place.start()
})
afterAll(() => place.close())

describe('POST views/increment', () => {
  it('counts by id and by slug, with and without a body', async () => {
    expect((await app.view(winterTide.id)).json).toEqual({
      contentId: winterTide.id,
      counted: true,
      totalViews: 1,
      dayViews: 1,
    })
    const { status, json } = await app.view(winterTide.slug, { body: { viewerId: 'device', sessionId: 's' } })
    expect([status, json.contentId, json.totalViews]).toEqual([200, winterTide.id, 2])
    expect((await app.view(winterTide.id.toUpperCase())).json.totalViews).toBe(3)
  })

  it('counts one key once per principal, and tells when it comes with something else', async () => {
    const { id } = paperLanterns
    expect((await app.view(id, { sub: 'mina', key: 'k' })).json).toMatchObject({
      counted: true,
      totalViews: 1,
    })
    expect((await app.view(id, { sub: 'mina', key: 'k' })).json).toMatchObject({
      counted: false,
      totalViews: 1,
    })
    expect((await app.view(id, { sub: 'joon', key: 'k' })).json).toMatchObject({
      counted: true,
      totalViews: 2,
    })
    expect((await app.view(id, { key: 'k' })).json).toMatchObject({ counted: true, totalViews: 3 })
    expect((await app.view(id, { address: '192.0.2.9', key: 'k' })).json).toMatchObject({
      counted: true,
      totalViews: 4,
    })
    const reused = await app.view(id, { sub: 'mina', key: 'k', body: { viewerId: 'other' } })
    expect([reused.status, reused.json.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it.each([
    ['a key of 300 characters', { headers: { 'idempotency-key': 'k'.repeat(300) } }, 400, 'invalid_request'],
    ['an empty key', { headers: { 'idempotency-key': '' } }, 400, 'invalid_request'],
    ['an unknown field', { body: { viewer: 'x' } }, 422, 'invalid_body'],
    ['an empty viewerId', { body: { viewerId: '' } }, 422, 'invalid_body'],
  ])('refuses %s', async (_, ask, status, code) => {
    const answer = await app.view(jadeCourt.id, ask)
    expect([answer.status, answer.json.code]).toEqual([status, code])
  })
})

describe('a title that is not known here', () => {
  it('is asked of the catalogue once, however many view it', async () => {
    place.catalog.asked.length = 0
    place.catalog.state.holdMs = 50
    const answers = await Promise.all(Array.from({ length: 40 }, () => app.view(lastFerry.id)))
    place.catalog.state.holdMs = 0
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40)
    expect(place.catalog.asked).toEqual([`/api/v1/content/${lastFerry.id}`])
    expect((await app.view(lastFerry.slug)).json.totalViews).toBe(41)
    expect(place.catalog.asked).toHaveLength(1)
  })

  it('that the catalogue does not know either, or not as published, is a 404 and leaves no key', async () => {
    const counters = place.counters.open()
    const before = await keysOf(counters)
    for (const ref of [idOf(1), 'no-such-title', mangoSeason.id, mangoSeason.slug]) {
      const { status, json } = await app.view(ref, { key: 'k-unknown' })
      expect([status, json.code]).toEqual([404, 'content_not_found'])
    }
    expect(await keysOf(counters)).toEqual(before)
  })

  it('is a 503 with Retry-After while the catalogue is down, and known titles count on', async () => {
    place.catalog.state.status = 503
    const { status, json, headers } = await app.view(jadeCourt.id)
    expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '2'])
    expect((await app.view(winterTide.id)).status).toBe(200)
    place.catalog.state.status = 200
    expect((await app.view(jadeCourt.id)).json).toMatchObject({ counted: true, totalViews: 1 })
  })
})

describe('counters that do not answer', () => {
  it('give 503 with Retry-After within the deadline, frozen or down', async () => {
    const link = await proxyTo(testEngines().counters)
    const behind = await serveTrending({ kafka, countersUrl: link.url })
    try {
      const other = await behind.start()
      expect((await other.view(winterTide.id)).status).toBe(200)
      const list = await other.send('/api/v1/content/trending/daily')
      expect(list.status).toBe(200)
      link.freeze()
      const began = performance.now()
      const { status, json, headers } = await other.view(winterTide.id)
      expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '1'])
      expect(performance.now() - began).toBeLessThan(1_500)
      // The list of before is still served.
      expect((await other.send('/api/v1/content/trending/daily')).status).toBe(200)
      expect((await other.send('/api/v1/content/trending/weekly')).status).toBe(503)
      expect((await fetch(`${other.origin}/health/ready`)).status).toBe(503)
      link.thaw()
    } finally {
      link.thaw()
      await behind.close()
      await link.close()
    }
  })
})
