import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Review } from '@marquee/contracts'
import { type App, aPerson, serveReviews, winterTide } from '../testing/serve.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
let second: App
let review: Review
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
  second = await place.start('reviews#2')
  review = (await app.post(winterTide.id, aPerson())).json
})
afterAll(() => place.close())

const say = (method: 'PUT' | 'DELETE', as: string, through = app) =>
  through.change(review, '/helpful', { method, as }, null)
const shown = async () => (await app.list(winterTide.slug)).json.items[0] as Review

describe('a helpful vote', () => {
  it('counts once for each person, however often it is given or taken back', async () => {
    const [one, other] = [aPerson(), aPerson()]
    for (const as of [one, one, other]) expect((await say('PUT', as)).status).toBe(204)
    expect(await shown()).toMatchObject({ helpfulCount: 2, version: 1 })
    for (const as of [one, one, aPerson()]) expect((await say('DELETE', as)).status).toBe(204)
    expect((await shown()).helpfulCount).toBe(1)
    await say('DELETE', other)
  })

  it('is exact when many vote at once at two instances, some of them twice', async () => {
    const voters = Array.from({ length: 20 }, aPerson)
    const answers = await Promise.all(
      [...voters, ...voters].map((as, n) => say('PUT', as, n % 2 ? app : second)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect((await shown()).helpfulCount).toBe(20)
    expect(await place.test.database.votes.countDocuments({ reviewId: review.id }).exec()).toBe(20)
  })

  it('is not for one’s own review, nor for who is not a person', async () => {
    expect(await say('PUT', review.userId)).toMatchObject({ status: 403, json: { code: 'forbidden' } })
    expect((await say('DELETE', review.userId)).status).toBe(204)
    expect((await say('PUT', 'nightly-job')).status).toBe(403)
    expect((await app.change(review, '/helpful', { method: 'PUT' }, null)).status).toBe(401)
  })

  it('states nothing', async () => {
    const types = await place.test.database.outbox.distinct('type').exec()
    expect(types.sort()).toEqual(['rating.changed', 'review.posted'])
    expect(await place.test.database.outbox.countDocuments().exec()).toBe(2)
  })
})
