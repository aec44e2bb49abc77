import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mongoOutbox } from '../outbox/outbox-store.js'
import { aPerson, serveReviews, winterTide } from '../testing/serve.js'
import { trace } from './trace-store.js'

let place: Awaited<ReturnType<typeof serveReviews>>
beforeAll(async () => {
  place = await serveReviews()
})
afterAll(() => place.close())

it('tells the facts of a review and its title, how far they are, and what they are of', async () => {
  const { database } = place.test
  const app = await place.start()
  const { json: review } = await app.post(winterTide.id, aPerson(), { rating: 9 })
  const bySubject = await trace(database, [review.id, winterTide.id])
  expect(bySubject.inbox).toEqual([])
  expect(bySubject.outbox.map(({ type, subject, state }) => [type, subject, state]).sort()).toEqual([
    ['rating.changed', winterTide.id, 'pending'],
    ['review.posted', review.id, 'pending'],
  ])
  const effect = (subject: string, topic: string) =>
    bySubject.effects.find((one) => one.subject === subject && one.topic === topic)
  expect(effect(review.id, 'review')).toMatchObject({
    what: 'reviews',
    version: 1,
    state: { status: 'published' },
  })
  expect(effect(winterTide.id, 'rating')).toMatchObject({ version: 1, state: { count: 1, sum: 9 } })
  expect(effect(winterTide.id, 'content')).toMatchObject({
    what: 'titles',
    version: 1,
    state: { status: 'published' },
  })
  expect(effect(winterTide.id, 'review')).toMatchObject({ version: 0, state: {} })

  const outbox = mongoOutbox(database, { epoch: () => 1, standAside: () => {} })
  const claimed = await outbox.claim(10)
  const stateOf = async () => (await trace(database, [claimed[0]!.id])).outbox[0]
  expect(await stateOf()).toMatchObject({ state: 'claimed', claimedUntil: expect.stringMatching(/Z$/) })
  await outbox.markPublished(claimed)
  expect(await stateOf()).toMatchObject({ state: 'published', publishedAt: expect.stringMatching(/Z$/) })
})

it('knows nothing of a stranger', async () => {
  const { outbox, effects } = await trace(place.test.database, ['nobody'])
  expect(outbox).toEqual([])
  expect(effects.map(({ version }) => version)).toEqual([0, 0, 0])
})
