import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Review } from '@marquee/contracts'
import {
  type App,
  aPerson,
  asAdmin,
  asEditor,
  jadeCourt,
  serveReviews,
  winterTide,
} from '../testing/serve.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
})
afterAll(() => place.close())

let review: Review
let before: { count: number; version: number }
const summary = async () => {
  const {
    count = 0,
    sum = 0,
    version = 0,
  } = (await place.test.database.summaries.findById(winterTide.id).lean().exec()) ?? {}
  return { count, sum, version }
}
beforeEach(async () => {
  before = await summary()
  review = (await app.post(winterTide.id, aPerson(), { rating: 4, title: 'Slow', hasSpoilers: true })).json
})
const edit = (body: unknown, as = review.userId, version: number | null = review.version) =>
  app.change(review, '', { method: 'PATCH', as, body }, version)
const remove = (ask: object = { as: review.userId }, version: number | null = review.version) =>
  app.change(review, '', { method: 'DELETE', ...ask }, version)
const moderate = (body: unknown, version: number | null = review.version, ask: object = asEditor) =>
  app.change(review, '/moderation', { method: 'PATCH', ...ask, body }, version)
const stored = () => place.test.database.reviews.findById(review.id).lean().exec()
const lastTold = async () => {
  const last = await place.test.database.outbox
    .findOne({ subject: winterTide.id })
    .sort({ subjectVersion: -1 })
    .lean()
    .exec()
  return { version: last!.subjectVersion, ...JSON.parse(last!.body) }
}

describe('editing a review', () => {
  it('changes what the patch names, counts the version, and keeps what was said before', async () => {
    const first = await edit({ rating: 9, title: null })
    expect(first).toMatchObject({
      status: 200,
      json: { rating: 9, title: null, text: review.text, hasSpoilers: true, version: 2 },
    })
    expect(first.headers.get('etag')).toMatch(/^"2\./)
    const again = await app.change(review, '', {
      method: 'PATCH',
      as: review.userId,
      body: { text: 'Better the second time.' },
      headers: { 'if-match': first.headers.get('etag')!, 'content-type': 'application/merge-patch+json' },
    })
    expect(again.json).toMatchObject({ rating: 9, text: 'Better the second time.', version: 3 })
    expect((await stored())!.edits).toMatchObject([
      { version: 1, rating: 4, title: 'Slow', text: review.text },
      { version: 2, rating: 9, title: null, text: review.text },
    ])
    expect(JSON.stringify(again.json)).not.toContain('edits')
  })

  it('moves the figures and states them once when the rating changes, and not otherwise', async () => {
    await edit({ rating: 10 })
    expect(await summary()).toMatchObject({ count: before.count + 1, version: before.version + 2 })
    expect(await lastTold()).toMatchObject({ version: before.version + 2, count: before.count + 1 })
    await edit({ text: 'Other words.' }, review.userId, 2)
    expect((await summary()).version).toBe(before.version + 2)
  })

  it('makes no version when nothing changes', async () => {
    for (const body of [{}, { rating: 4 }, { title: 'Slow', hasSpoilers: true }])
      expect((await edit(body)).json).toMatchObject({ version: 1, updatedAt: review.updatedAt })
    expect((await stored())!.edits).toEqual([])
  })

  it('is for its author alone, and never for the version of before', async () => {
    expect(await edit({ rating: 1 }, aPerson())).toMatchObject({ status: 403, json: { code: 'forbidden' } })
    expect((await edit({ rating: 1 }, aPerson(), 7)).status).toBe(403)
    expect((await app.change(review, '', { method: 'PATCH', ...asAdmin, body: { rating: 1 } })).status).toBe(
      403,
    )
    expect((await edit({ rating: 1 }, 'nightly-job')).status).toBe(403)
    expect((await edit({ rating: 1 }, review.userId, 2)).status).toBe(412)
    expect((await edit({ rating: 1 }, review.userId, null)).status).toBe(428)
    const { status } = await app.change(review, '', { method: 'PATCH', body: { rating: 1 } })
    expect(status).toBe(401)
    expect((await stored())!.rating).toBe(4)
  })

  it.each([
    [{ text: null }],
    [{ rating: null }],
    [{ rating: { $inc: 1 } }],
    [{ $set: { status: 'published' } }],
    [{ userId: aPerson() }],
    [{ version: 9 }],
    [{ helpfulCount: 9 }],
    [{ contentId: jadeCourt.id }],
  ])('refuses %j', async (body) => {
    expect(await edit(body)).toMatchObject({ status: 422, json: { code: 'invalid_body' } })
  })

  it('lets one of two edits at once win; the other learns of it', async () => {
    const answers = await Promise.all([5, 6, 7, 8].map((rating) => edit({ rating })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
    const won = answers.find(({ status }) => status === 200)!
    expect((await stored())!.rating).toBe(won.json.rating)
  })

  it('keeps the last 50 versions', async () => {
    for (let version = 1; version <= 53; version++)
      await edit({ rating: 1 + (version % 2) }, review.userId, version)
    const { edits, version } = (await stored())!
    expect(version).toBe(54)
    expect(edits.map((one) => one.version)).toEqual(Array.from({ length: 50 }, (_, n) => n + 4))
  })
})

describe('an address', () => {
  it('is of a review of this title', async () => {
    const elsewhere = { ...review, contentId: jadeCourt.id }
    for (const [suffix, ask] of [
      ['', { method: 'PATCH', as: review.userId, body: { rating: 1 } }],
      ['', { method: 'DELETE', as: review.userId }],
      ['/helpful', { method: 'PUT', as: aPerson() }],
      ['/helpful', { method: 'DELETE', as: aPerson() }],
      ['/moderation', { method: 'PATCH', ...asEditor, body: { status: 'hidden' } }],
    ] as const)
      for (const other of [elsewhere, { ...review, id: aPerson() }])
        expect(await app.change(other, suffix, ask)).toMatchObject({
          status: 404,
          json: { code: 'review_not_found' },
        })
    const odd = encodeURIComponent('{"$gt":""}')
    for (const id of [odd, 'mine', '..%2f..', '%00'])
      expect((await app.change({ ...review, id }, '', { method: 'DELETE', as: review.userId })).status).toBe(
        400,
      )
  })
})

describe('removing a review', () => {
  it('takes it out of the figures with its votes, and lets its author post anew', async () => {
    await app.change(review, '/helpful', { method: 'PUT', as: aPerson() })
    expect((await remove()).status).toBe(204)
    expect(await stored()).toBeNull()
    expect(await place.test.database.votes.countDocuments({ reviewId: review.id }).exec()).toBe(0)
    expect((await summary()).count).toBe(before.count)
    expect(await lastTold()).toMatchObject({ version: before.version + 2, count: before.count })
    expect((await remove()).json.code).toBe('review_not_found')
    const anew = await app.post(winterTide.id, review.userId, { rating: 5 })
    expect(anew.status).toBe(201)
    expect(anew.json.id).not.toBe(review.id)
  })

  it('is for its author and for admins, on the present version', async () => {
    expect((await remove({ as: aPerson() })).status).toBe(403)
    expect((await remove(asEditor)).status).toBe(403)
    expect((await remove(undefined, null)).status).toBe(428)
    expect((await remove(undefined, 9)).status).toBe(412)
    expect((await remove(asAdmin)).status).toBe(204)
  })

  it('is possible when the title was taken down', async () => {
    const { titles } = place.test.database
    const here = { contentId: jadeCourt.id, as: aPerson() }
    const made = (await app.post(jadeCourt.slug, here.as)).json
    const at = place.catalog.titles.findIndex(({ id }) => id === jadeCourt.id)
    const [title] = place.catalog.titles.splice(at, 1)
    await titles.updateOne({ _id: jadeCourt.id }, { $set: { status: 'archived', version: 99 } }).exec()
    try {
      expect((await app.list(jadeCourt.id)).status).toBe(404)
      expect((await app.change(made, '', { method: 'PATCH', as: here.as, body: { rating: 1 } })).status).toBe(
        404,
      )
      const bySlug = { ...made, contentId: jadeCourt.slug }
      expect((await app.change(bySlug, '', { method: 'DELETE', as: here.as })).status).toBe(204)
    } finally {
      place.catalog.titles.push(title!)
    }
  })
})

describe('moderation', () => {
  it('hides a review from all figures and from everybody else, and brings it back', async () => {
    const hidden = await moderate({ status: 'hidden', reason: 'Advertising' })
    expect(hidden).toMatchObject({ status: 200, json: { status: 'hidden', version: 2 } })
    expect(await summary()).toMatchObject({ count: before.count, version: before.version + 2 })
    expect((await app.list(winterTide.id, '?limit=100')).text).not.toContain(review.id)
    expect((await app.change(review, '/helpful', { method: 'PUT', as: aPerson() })).status).toBe(404)
    expect((await edit({ rating: 1 }, aPerson(), 2)).json.code).toBe('review_not_found')
    expect((await remove({ as: aPerson() }, 2)).json.code).toBe('review_not_found')

    // Its author may still edit it; it stays hidden and counts in nothing.
    expect((await edit({ rating: 8 }, review.userId, 2)).json).toMatchObject({ status: 'hidden', version: 3 })
    expect((await summary()).version).toBe(before.version + 2)

    const back = await moderate({ status: 'published' }, 3)
    expect(back.json).toMatchObject({ status: 'published', rating: 8, version: 4 })
    expect(await lastTold()).toMatchObject({ version: before.version + 3, count: before.count + 1 })
    expect((await stored())!.moderation).toMatchObject([
      { status: 'hidden', reason: 'Advertising', by: asEditor.as, version: 2 },
      { status: 'published', reason: null, by: asEditor.as, version: 4 },
    ])
    expect(back.text).not.toContain('Advertising')
  })

  it('does nothing to what is so already, and removes a hidden review from no figure', async () => {
    expect((await moderate({ status: 'published' })).json).toMatchObject({ version: 1 })
    await moderate({ status: 'hidden' })
    expect((await moderate({ status: 'hidden' }, 2)).json).toMatchObject({ version: 2 })
    expect((await remove(undefined, 2)).status).toBe(204)
    expect(await summary()).toMatchObject({ count: before.count, version: before.version + 2 })
  })

  it('is for moderators, on the present version', async () => {
    expect((await moderate({ status: 'hidden' }, 1, { as: review.userId })).status).toBe(403)
    expect((await moderate({ status: 'hidden' }, 1, {})).status).toBe(401)
    expect((await moderate({ status: 'hidden' }, 2)).status).toBe(412)
    expect((await moderate({ status: 'hidden' }, null)).status).toBe(428)
    for (const body of [{}, { status: 'burnt' }, { status: { $ne: '' } }, { status: 'hidden', rating: 1 }])
      expect((await moderate(body)).status).toBe(422)
  })
})
