import { afterAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { dayOf, hourOf } from '../ranking/decay.js'
import { countersTime } from '../seed/seed-store.js'
import { keysOf, testCounters } from '../testing/counters.js'
import { idOf, titleState } from '../testing/titles.js'
import { applyTitles } from '../titles/title-store.js'
import { countView, createHashKey, type View } from './view-store.js'

const test = testCounters()
const counters = test.open()
afterAll(test.close)

const hashKey = createHashKey(counters)
const view = async (over: Partial<View> & { ref: string }) =>
  countView(counters, await hashKey(), { ...defaultLimits }, { address: '192.0.2.1', ...over })
const entriesOf = async (id: string) => {
  const entries = await counters.redis.xrange(counters.key('outbox'), '-', '+')
  return entries
    .map(([, flat]) =>
      Object.fromEntries(flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1]]] : []))),
    )
    .filter(({ subject }) => subject === id)
}
const ranked = async (id: string) =>
  Object.values(await counters.redis.hgetall(counters.key(`ranked:${id}`))).reduce(
    (sum, n) => sum + Number(n),
    0,
  )

let next = 100
async function newTitle() {
  const id = idOf(next++)
  await applyTitles(counters, [titleState({ id, slug: `title-${id.slice(-4)}` })])
  return id
}

describe('one view', () => {
  it('counts total, day and hour, and tells it in one event without address or viewerId', async () => {
    const id = await newTitle()
    const counted = await view({
      ref: id,
      viewerId: 'device-1',
      sessionId: 'sitting-1',
      traceparent: '00-a-b-01',
    })
    expect(counted).toEqual({ verdict: 'counted', contentId: id, totalViews: 1, dayViews: 1 })
    const hour = hourOf(await countersTime(counters))
    expect(await counters.redis.hgetall(counters.key(`views:${id}`))).toEqual({ [hour]: '1' })
    expect(await counters.redis.hgetall(counters.key(`days:${id}`))).toEqual({ [Math.floor(hour / 24)]: '1' })
    const [event, ...others] = await entriesOf(id)
    expect(others).toEqual([])
    expect(event).toMatchObject({ type: 'content.viewed', subject: id, version: '1', trace: '00-a-b-01' })
    expect(JSON.parse(event!.body!)).toEqual({
      contentId: id,
      viewerKey: expect.stringMatching(/^[\w-]{16}$/),
      userId: null,
      sessionId: 'sitting-1',
    })
    expect(JSON.stringify(event)).not.toMatch(/192\.0\.2\.1|device-1/)
  })

  it('is found by slug', async () => {
    const id = await newTitle()
    expect(await view({ ref: `title-${id.slice(-4)}` })).toMatchObject({ verdict: 'counted', contentId: id })
  })

  it('of an unknown or unpublished title leaves no key', async () => {
    await view({ ref: await newTitle() })
    const before = await keysOf(counters)
    expect(await view({ ref: idOf(99_999), idempotencyKey: 'k' })).toEqual({ verdict: 'unknown' })
    expect(await view({ ref: 'no-such-title' })).toEqual({ verdict: 'unknown' })
    expect(await keysOf(counters)).toEqual(before)
    await applyTitles(counters, [titleState({ id: idOf(98), slug: 'a-draft', status: 'draft' })])
    expect(await view({ ref: idOf(98) })).toEqual({ verdict: 'unknown' })
    expect((await keysOf(counters)).filter((key) => !before.includes(key))).toEqual([`title:${idOf(98)}`])
  })

  it('is timed by the counters: a wrong clock of this process moves nothing', async () => {
    const id = await newTitle()
    const now = Date.now
    Date.now = () => now() + 3 * 86_400_000
    try {
      await view({ ref: id })
    } finally {
      Date.now = now
    }
    const ms = await countersTime(counters)
    expect(Object.keys(await counters.redis.hgetall(counters.key(`days:${id}`)))).toEqual([String(dayOf(ms))])
    expect(Math.abs(Number((await entriesOf(id))[0]!.ms) - ms)).toBeLessThan(60_000)
  })
})

describe('an Idempotency-Key', () => {
  it('counts once, then answers the totals of now', async () => {
    const id = await newTitle()
    expect(await view({ ref: id, idempotencyKey: 'a' })).toMatchObject({ verdict: 'counted', totalViews: 1 })
    await view({ ref: id })
    expect(await view({ ref: id, idempotencyKey: 'a' })).toEqual({
      verdict: 'repeated',
      contentId: id,
      totalViews: 2,
      dayViews: 2,
    })
    expect(await entriesOf(id)).toHaveLength(2)
  })

  it('is another one for another subject or address', async () => {
    const id = await newTitle()
    const asked = { ref: id, idempotencyKey: 'shared' }
    for (const who of [
      { subject: 'mina' },
      { subject: 'joon' },
      { address: '192.0.2.7' },
      { address: 'mina' },
    ])
      expect(await view({ ...asked, ...who })).toMatchObject({ verdict: 'counted' })
    expect(await view({ ...asked, subject: 'mina', address: '192.0.2.99' })).toMatchObject({
      verdict: 'repeated',
      totalViews: 4,
    })
  })

  it('refuses another body and another title', async () => {
    const [id, other] = [await newTitle(), await newTitle()]
    await view({ ref: id, idempotencyKey: 'once', viewerId: 'a' })
    expect(await view({ ref: id, idempotencyKey: 'once', viewerId: 'b' })).toEqual({ verdict: 'reused' })
    expect(await view({ ref: other, idempotencyKey: 'once', viewerId: 'a' })).toEqual({ verdict: 'reused' })
    expect(await view({ ref: `title-${id.slice(-4)}`, idempotencyKey: 'once', viewerId: 'a' })).toMatchObject(
      { verdict: 'repeated' },
    )
  })

  it('is kept 24 h, an id made here 5 min', async () => {
    const before = new Set(await keysOf(counters, 'key:*'))
    const added = async () => {
      const key = (await keysOf(counters, 'key:*')).find((name) => !before.has(name))!
      before.add(key)
      return counters.redis.pttl(counters.key(key))
    }
    const id = await newTitle()
    await view({ ref: id, idempotencyKey: 'long' })
    expect((await added()) / 3_600_000).toBeCloseTo(24, 1)
    await view({ ref: id })
    expect((await added()) / 60_000).toBeCloseTo(5, 1)
  })
})

describe('many at once', () => {
  it('counts each key once under concurrency', async () => {
    const id = await newTitle()
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, n) => view({ ref: id, idempotencyKey: `k${n % 50}` })),
    )
    expect(answers.filter(({ verdict }) => verdict === 'counted')).toHaveLength(50)
    expect(await view({ ref: id, idempotencyKey: 'k0' })).toMatchObject({ totalViews: 50 })
    expect(await entriesOf(id)).toHaveLength(50)
  })

  it('gives each view of a title another total', async () => {
    const id = await newTitle()
    const answers = await Promise.all(Array.from({ length: 200 }, () => view({ ref: id })))
    const totals = answers.map((answer) => ('totalViews' in answer ? answer.totalViews : 0))
    expect(totals.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
  })
})

describe('the ranking', () => {
  it('counts a viewer once per title in 30 minutes', async () => {
    const [id, other] = [await newTitle(), await newTitle()]
    for (let n = 0; n < 3; n++) await view({ ref: id, viewerId: 'v' })
    await view({ ref: other, viewerId: 'v' })
    expect([await ranked(id), await ranked(other)]).toEqual([1, 1])
    const viewer = (await keysOf(counters, `seen:${id}:*`))[0]!
    expect((await counters.redis.pttl(counters.key(viewer))) / 60_000).toBeCloseTo(30, 1)
    await counters.redis.del(counters.key(viewer))
    await view({ ref: id, viewerId: 'v' })
    expect(await ranked(id)).toBe(2)
  })

  it('takes the subject before the viewerId, and that before the address', async () => {
    const id = await newTitle()
    await view({ ref: id, subject: 'mina', viewerId: 'a' })
    await view({ ref: id, subject: 'mina', viewerId: 'b', address: '192.0.2.8' })
    expect(await ranked(id)).toBe(1)
    await view({ ref: id, viewerId: 'mina' })
    await view({ ref: id })
    await view({ ref: id })
    expect(await ranked(id)).toBe(3)
  })

  it('lets one address be at most 20 viewers of a title, and still counts every view', async () => {
    const id = await newTitle()
    for (let n = 0; n < 30; n++) await view({ ref: id, viewerId: `v${n}` })
    expect(await ranked(id)).toBe(20)
    await view({ ref: id, viewerId: 'v0' })
    await view({ ref: id, viewerId: 'elsewhere', address: '192.0.2.2' })
    expect(await ranked(id)).toBe(21)
    expect(await view({ ref: id })).toMatchObject({ totalViews: 33 })
    const day = dayOf(await countersTime(counters))
    expect(await counters.redis.pfcount(counters.key(`viewers-day:${id}:${day}`))).toBe(21)
  })
})
