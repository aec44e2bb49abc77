import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type App, aPerson, lastFerry, paperLanterns, serveReviews, winterTide } from '../testing/serve.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
let second: App
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
  second = await place.start('reviews#2')
})
afterAll(() => place.close())

describe('posting a review', () => {
  it('answers 201 with the review, which is in the list and in the figures at once', async () => {
    const as = aPerson()
    const made = await app.post(winterTide.slug, as, { rating: 9, title: 'Tide', hasSpoilers: true })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ contentId: winterTide.id, userId: as, rating: 9, version: 1 })
    expect(made.headers.get('etag')).toMatch(/^"1\.[\w-]+"$/)
    expect(made.headers.get('location')).toBe(`/api/v1/content/${winterTide.id}/reviews/${made.json.id}`)
    const { json } = await second.list(winterTide.id)
    expect(json.items).toEqual([made.json])
    expect(json.summary).toMatchObject({ count: 1, average: 9, distribution: { 9: 1, 8: 0 } })
  })
})

describe('reviews at the same time', () => {
  it('of one person on one title: one is made, the others are told so', async () => {
    const as = aPerson()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? app : second).post(paperLanterns.id, as, { text: `${n}` }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(49).fill(409)])
    const { json } = await app.list(paperLanterns.id)
    expect(json.summary.count).toBe(1)
  })

  it('of 50 people on one title: all are made, and the figures are theirs', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? app : second).post(lastFerry.id, aPerson(), { rating: (n % 10) + 1 }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201))
    const { json } = await app.list(lastFerry.id, '?limit=100')
    expect(json.items).toHaveLength(50)
    expect(json.summary).toMatchObject({ count: 50, average: 5.5, distribution: { 1: 5, 10: 5 } })
  })
})
