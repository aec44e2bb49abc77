import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits, isUuid } from '@marquee/contracts'
import { installClock } from '@marquee/test-kit'
import {
  type App,
  aPerson,
  jadeCourt,
  lastFerry,
  mangoSeason,
  paperLanterns,
  serveReviews,
  winterTide,
} from '../testing/serve.js'
import { idOfKey } from '../write-once.js'

const setClock = installClock()

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
let second: App
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
  second = await place.start('reviews#2')
})
afterAll(() => place.close())

const events = async (filter: object) =>
  (await place.test.database.outbox.find(filter).sort({ subjectVersion: 1 }).lean().exec()).map(
    ({ type, subjectVersion, body }) => ({ type, subjectVersion, body: JSON.parse(body) }),
  )

describe('posting a review', () => {
  it('answers 201 with the review, which is in the list and in the figures at once', async () => {
    const as = aPerson()
    const made = await app.post(winterTide.slug, as, { rating: 9, title: 'Tide', hasSpoilers: true })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ contentId: winterTide.id, userId: as, rating: 9, version: 1 })
    expect(isUuid(made.json.id)).toBe(true)
    expect(made.headers.get('etag')).toMatch(/^"1\.[\w-]+"$/)
    expect(made.headers.get('location')).toBe(`/api/v1/content/${winterTide.id}/reviews/${made.json.id}`)
    const { json } = await second.list(winterTide.id)
    expect(json.items).toEqual([made.json])
    expect(json.summary).toMatchObject({ count: 1, average: 9, distribution: { 9: 1, 8: 0 } })
  })

  it('states who posted what, and the figures of the title in absolute numbers', async () => {
    const [first, next] = [await app.post(jadeCourt.id, aPerson(), { rating: 10 }), aPerson()]
    await app.post(jadeCourt.id, next, { rating: 7 })
    const { id, contentId, userId } = first.json
    expect(await events({ subject: id })).toEqual([
      { type: 'review.posted', subjectVersion: 1, body: { id, contentId, userId, rating: 10 } },
    ])
    expect(await events({ subject: jadeCourt.id })).toEqual([
      { type: 'rating.changed', subjectVersion: 1, body: { contentId, count: 1, sum: 10, average: 10 } },
      { type: 'rating.changed', subjectVersion: 2, body: { contentId, count: 2, sum: 17, average: 8.5 } },
    ])
  })

  it('dates review, events and kept answer by the database, whatever the clock of the instance says', async () => {
    const [author, key] = [aPerson(), `clock-${aPerson()}`]
    setClock(3_600_000)
    const { json: review } = await second.post(winterTide.id, author, {}, { 'idempotency-key': key })
    setClock(0)
    const { outbox, answers } = place.test.database
    const told = await outbox.find({ subject: review.id }).lean().exec()
    const kept = await answers.findById(idOfKey(author, key)).lean().exec()
    const dayAfter = kept!.expiresAt.getTime() - defaultLimits.idempotencyKeyTtlMs
    for (const time of [Date.parse(review.createdAt), told[0]!.time.getTime(), dayAfter])
      expect(Math.abs(time - Date.now())).toBeLessThan(60_000)
  })

  it('keeps what is merely odd exactly as it came', async () => {
    const text = `<script>alert(1)</script> '; DROP TABLE users; -- {"$gt": ""} 👩‍🚀 مرحبا \u202e é é ${'長'.repeat(9000)}`
    const made = await app.post(winterTide.id, aPerson(), { title: '$where <b>x</b>', text })
    expect(made.json).toMatchObject({ title: '$where <b>x</b>', text })
    const { json } = await app.list(winterTide.id, '?limit=1')
    expect(json.items).toEqual([made.json])
  })

  it.each([
    ['rating 0', { rating: 0 }],
    ['rating 11', { rating: 11 }],
    ['rating 1.5', { rating: 1.5 }],
    ['rating "9"', { rating: '9' }],
    ['rating an operator', { rating: { $gt: 0 } }],
    ['text an operator', { text: { $gt: '' } }],
    ['text empty', { text: ' ' }],
    ['text too long', { text: 'x'.repeat(10_001) }],
    ['title too long', { title: 'x'.repeat(201) }],
    ['title null', { title: null }],
    ['hasSpoilers a word', { hasSpoilers: 'no' }],
    ['somebody else as author', { userId: aPerson() }],
    ['its own approval', { approved: true }],
    ['its own status', { status: 'published' }],
    ['its own votes', { helpfulCount: 99 }],
    ['an operator as field', { $where: '1' }],
    ['NUL', { text: 'a\0b' }],
  ])('refuses %s with 422', async (_, body) => {
    const refused = await app.post(winterTide.id, aPerson(), body)
    expect(refused).toMatchObject({ status: 422, json: { code: 'invalid_body' } })
  })

  it('refuses half a surrogate pair with 422, which JSON.stringify would have escaped', async () => {
    const body = '{"rating":8,"text":"a\\ud800b"}'
    const as = aPerson()
    const refused = await app.send(`/api/v1/content/${winterTide.id}/reviews`, { method: 'POST', as, body })
    expect(refused).toMatchObject({ status: 422, json: { code: 'invalid_body' } })
  })

  it('is for people who are signed in', async () => {
    const anonymous = { method: 'POST', body: { rating: 8, text: 'x' } }
    expect((await app.send(`/api/v1/content/${winterTide.id}/reviews`, anonymous)).status).toBe(401)
    const machine = await app.post(winterTide.id, 'nightly-job')
    expect(machine).toMatchObject({ status: 403, json: { detail: expect.stringContaining('UUID') } })
    const shouting = aPerson().toUpperCase()
    const { json } = await app.post(winterTide.id, shouting)
    expect(json.userId).toBe(shouting.toLowerCase())
  })

  it('answers 404 for a title that the catalogue does not know, or not as published', async () => {
    for (const ref of [mangoSeason.id, mangoSeason.slug, aPerson(), 'no-such-title'])
      expect(await app.post(ref, aPerson())).toMatchObject({
        status: 404,
        json: { code: 'content_not_found' },
      })
    expect((await app.post('Not%20a%20slug', aPerson())).status).toBe(400)
  })
})

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'first-words' }

  it('answers again what it answered first, also at another instance, and acts once', async () => {
    const as = aPerson()
    const before = (await app.list(winterTide.id)).json.summary.count
    const first = await app.post(winterTide.id, as, { rating: 3 }, key)
    const again = await second.post(winterTide.slug, as, { rating: 3 }, key)
    expect([again.status, again.text]).toEqual([201, first.text])
    for (const name of ['etag', 'location', 'content-type'])
      expect(again.headers.get(name)).toBe(first.headers.get(name))
    expect((await app.list(winterTide.id)).json.summary.count).toBe(before + 1)
    expect(await events({ subject: first.json.id })).toHaveLength(1)
  })

  it('is refused with another body, another title, and not with another person', async () => {
    const as = aPerson()
    await app.post(winterTide.id, as, { rating: 3 }, key)
    for (const [title, rating] of [
      [winterTide.id, 4],
      [lastFerry.id, 3],
    ] as const)
      expect(await app.post(title, as, { rating }, key)).toMatchObject({
        status: 422,
        json: { code: 'idempotency_key_reused' },
      })
    expect((await app.post(winterTide.id, aPerson(), { rating: 5 }, key)).status).toBe(201)
  })

  it('keeps nothing of what was refused, and is free again when its time is over', async () => {
    const as = aPerson()
    await app.post(winterTide.id, as)
    expect((await app.post(winterTide.id, as, {}, key)).json.code).toBe('review_exists')
    expect((await app.post(paperLanterns.id, as, {}, key)).status).toBe(201)
    const { answers } = place.test.database
    await answers.updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1) } }).exec()
    expect((await app.post(lastFerry.id, as, {}, key)).status).toBe(201)
  })

  it('whose first request is under way is told so at once, and is free when that one comes to nothing', async () => {
    const as = aPerson()
    const { connection, answers } = place.test.database
    const session = await connection.startSession()
    session.startTransaction()
    const answer = { requestHash: '', status: 201, headers: {}, body: Buffer.from(''), expiresAt: new Date() }
    await answers.insertMany([{ _id: idOfKey(as, 'first-words'), ...answer }], { session, lean: true })
    const meanwhile = await app.post(winterTide.id, as, {}, key)
    expect(meanwhile).toMatchObject({ status: 409, json: { code: 'idempotency_key_in_use' } })
    expect(meanwhile.headers.get('retry-after')).toBe('1')
    await session.abortTransaction()
    await session.endSession()
    expect((await app.post(winterTide.id, as, {}, key)).status).toBe(201)
  })

  it('of requests at once lets one act; the others are answered the same or told that it is under way', async () => {
    const as = aPerson()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? app : second).post(jadeCourt.id, as, {}, key)),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    for (const other of answers.filter(({ status }) => status !== 201))
      expect(other).toMatchObject({ status: 409, json: { code: 'idempotency_key_in_use' } })
  })

  it.each(['', 'k'.repeat(256), 'two words'])('is refused when it is none: %j', async (value) => {
    const refused = await app.post(winterTide.id, aPerson(), {}, { 'idempotency-key': value })
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  })
})

describe('reviews at the same time', () => {
  it('of one person on one title: one is made, the others are told so', async () => {
    const as = aPerson()
    const before = (await app.list(paperLanterns.id)).json.summary.count
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? app : second).post(paperLanterns.id, as, { text: `${n}` }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(49).fill(409)])
    const codes = answers.filter(({ status }) => status === 409).map(({ json }) => json.code)
    expect(new Set(codes)).toEqual(new Set(['review_exists']))
    expect((await app.list(paperLanterns.id)).json.summary.count).toBe(before + 1)
  })

  it('of 50 people on one title: all are made, and the figures are theirs', async () => {
    const before = (await app.list(lastFerry.id)).json.summary.count
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? app : second).post(lastFerry.id, aPerson(), { rating: (n % 10) + 1 }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201))
    const { json } = await app.list(lastFerry.id, '?limit=100')
    expect(json.items).toHaveLength(before + 50)
    expect(json.summary.count).toBe(before + 50)
    const told = await events({ subject: lastFerry.id })
    expect(told.map(({ subjectVersion }) => subjectVersion)).toEqual(told.map((_, n) => n + 1))
    expect(told.at(-1)!.body).toMatchObject({ count: before + 50 })
  })
})
