import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type App, aPerson, serveReviews, winterTide } from './testing/serve.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
})
afterAll(() => place.close())

describe('what the models let through', () => {
  it('is no operator in a value, nor a field that no schema names', async () => {
    const { reviews } = place.test.database
    const { contentId, userId } = (await app.post(winterTide.id, aPerson())).json
    expect(await reviews.findOne({ contentId, userId }).lean().exec()).not.toBeNull()
    const operator = { $gt: '' } as unknown as string
    await expect(reviews.findOne({ contentId, userId: operator }).lean().exec()).rejects.toThrow()
    const unknown = { approved: true } as object
    await expect(reviews.findOne(unknown).lean().exec()).rejects.toThrow('approved')
    await expect(reviews.updateOne({ contentId }, { $set: unknown }).exec()).rejects.toThrow('approved')
  })
})

describe('a change', () => {
  const db = () => place.test.database.connection.db!
  const written = ['reviews', 'review_summaries', 'helpful_votes', 'outbox', 'idempotency_keys']
  /** Everything there is of reviews. */
  const state = async () =>
    JSON.stringify(
      await Promise.all(written.map((name) => db().collection(name).find().sort('_id').toArray())),
    )
  /** Runs `work` while a collection takes nothing but what passes `validator`. */
  async function onlyTaking<T>(name: string, validator: object, work: () => Promise<T>): Promise<T> {
    const found = (await db().listCollections({ name }).next()) as { options?: { validator?: object } }
    await db().command({ collMod: name, validator })
    try {
      return await work()
    } finally {
      await db().command({ collMod: name, validator: found.options!.validator })
    }
  }

  it('is made whole or not at all: review, votes, figures, answer and facts', async () => {
    const author = aPerson()
    const { json: review } = await app.post(winterTide.id, author, { rating: 4 })
    await app.change(review, '/helpful', { method: 'PUT', as: aPerson() }, null)
    const before = await state()
    const key = { 'idempotency-key': 'again' }
    const again = aPerson()
    // Facts of figures come last in a transaction.
    await onlyTaking('outbox', { type: { $ne: 'rating.changed' } }, async () => {
      const refused = [
        await app.post(winterTide.id, again, {}, key),
        await app.change(review, '', { method: 'PATCH', as: author, body: { rating: 9 } }),
        await app.change(review, '', { method: 'DELETE', as: author }),
        await app.change(review, '/moderation', {
          method: 'PATCH',
          as: author,
          roles: ['editor'],
          body: { status: 'hidden' },
        }),
      ]
      // Our own defect, and told as one; but nothing of it stays.
      expect(refused.map(({ status }) => status)).toEqual([500, 500, 500, 500])
    })
    expect(await state()).toBe(before)
    expect((await app.post(winterTide.id, again, {}, key)).status).toBe(201)
  })

  it('of a vote is made with its count or not at all', async () => {
    const { json: review } = await app.post(winterTide.id, aPerson())
    const before = await state()
    await onlyTaking('reviews', { helpfulCount: 0 }, async () => {
      const refused = await app.change(review, '/helpful', { method: 'PUT', as: aPerson() }, null)
      expect(refused.status).toBe(500)
    })
    expect(await state()).toBe(before)
  })
})
