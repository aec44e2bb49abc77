import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { proxyTo, settle } from '@marquee/test-kit'
import { isOutage } from './outage.js'
import { type App, aPerson, serveReviews, winterTide } from './testing/serve.js'

const storeTimeoutMs = 2500
let place: Awaited<ReturnType<typeof serveReviews>>
let link: Awaited<ReturnType<typeof proxyTo>>
let app: App
beforeAll(async () => {
  place = await serveReviews({ limits: { storeTimeoutMs } })
  link = await proxyTo(place.test.url)
  app = await place.start('reviews', link.url)
})
afterAll(async () => {
  await place.close()
  await link.close()
})

const ready = async (through: App) => (await fetch(`${through.origin}/health/ready`)).status
async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const began = performance.now()
  return [await work, performance.now() - began]
}

describe('while MongoDB is frozen', () => {
  it('every request is 503 within the deadline, and all is well again when it thaws', async () => {
    const review = (await app.post(winterTide.id, aPerson())).json
    expect(await ready(app)).toBe(200)
    link.freeze()
    const as = aPerson()
    const asked = [
      app.list(winterTide.id),
      app.post(winterTide.id, as),
      app.post(winterTide.id, aPerson(), {}, { 'idempotency-key': 'frozen' }),
      app.change(review, '', { method: 'PATCH', as: review.userId, body: { rating: 1 } }),
      app.change(review, '/helpful', { method: 'PUT', as }, null),
    ]
    for (const [answer, ms] of await Promise.all(asked.map(timed))) {
      expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } })
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(ms).toBeLessThan(storeTimeoutMs + 700)
    }
    expect(await ready(app)).toBe(503)
    link.thaw()
    await settle(async () => expect((await app.list(winterTide.id)).status).toBe(200))
    expect([201, 409]).toContain((await app.post(winterTide.id, as)).status)
    await settle(async () => expect(await ready(app)).toBe(200))
    const { json } = await app.list(winterTide.id, '?limit=100')
    expect(json.summary.count).toBe(json.items.length)
  })
})

describe('when the connections to MongoDB are cut', () => {
  it('nothing is 500, and what is repeated succeeds', async () => {
    const people = Array.from({ length: 40 }, aPerson)
    const posting = people.map((as) => app.post(winterTide.id, as))
    await Promise.race(posting)
    link.cut()
    const answers = await Promise.all(posting)
    for (const { status } of answers) expect([201, 503]).toContain(status)
    for (const [n, as] of people.entries())
      await settle(async () => {
        const { status } = await app.post(winterTide.id, as)
        expect(answers[n]!.status === 201 ? [409] : [201, 409]).toContain(status)
      })
    const { json } = await app.list(winterTide.id, '?limit=100')
    expect(json.items.filter(({ userId }: { userId: string }) => people.includes(userId))).toHaveLength(40)
    expect(json.summary.count).toBe(json.items.length)
  })
})

describe('a start without MongoDB and Kafka', () => {
  it('answers 503 and is not ready, until MongoDB is there', async () => {
    const later = await proxyTo(place.test.url)
    later.freeze()
    const early = await place.start('reviews#2', later.url)
    expect(await ready(early)).toBe(503)
    expect((await early.list(winterTide.id)).status).toBe(503)
    expect((await early.post(winterTide.id, aPerson())).status).toBe(503)
    later.thaw()
    await settle(async () => expect((await early.list(winterTide.id)).status).toBe(200))
    expect(await ready(early)).toBe(200)
    await early.stop()
    await later.close()
  })
})

describe('an outage', () => {
  it('is told from a defect', () => {
    const named = (name: string) => Object.assign(new Error('x'), { name })
    const coded = (code: number | string) => Object.assign(new Error('x'), { name: 'MongoServerError', code })
    for (const error of [
      named('MongoServerSelectionError'),
      named('MongoNetworkTimeoutError'),
      named('MongoPoolClearedError'),
      named('MongoWaitQueueTimeoutError'),
      coded(10_107),
      coded(11_600),
      coded(50),
      coded(112),
      new Error('wrapped', { cause: coded(91) }),
    ])
      expect(isOutage(error)).toBe(true)
    for (const error of [
      coded(121),
      coded(11_000),
      coded(2),
      coded('x'),
      named('CastError'),
      new Error('x'),
      null,
      'x',
    ])
      expect(isOutage(error)).toBe(false)
  })
})
