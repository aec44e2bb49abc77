import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventTypes, world } from '@marquee/contracts'
import { seedId, seedUsers } from '@marquee/seed'
import { reconcile } from '../reconcile/reconcile-store.js'
import { testDatabase } from '../testing/test-database.js'
import { reviewsOf } from './generate-reviews.js'
import { seedReviews } from './seed-store.js'

let test: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

const { winterTide, paperLanterns } = world.contents
const people = seedUsers(200).slice(5)
const options = { people, seed: 1, today: new Date('2026-01-31T00:00:00Z') }
const invented = Array.from({ length: 300 }, (_, n) => seedId(7, n, 'title'))
const ids = [...invented.slice(0, 150), winterTide.id, paperLanterns.id, ...invented.slice(150)]

describe('seeded reviews', () => {
  it('look like people’s: most titles have few, ratings lean upwards, texts differ', () => {
    const crowd = { ...options, people: seedUsers(1000).slice(5) }
    const many = Array.from({ length: 2000 }, (_, n) => reviewsOf(seedId(8, n, 'title'), crowd))
    const reviews = many.flat().map(({ review }) => review)
    expect(reviews.length / many.length).toBeGreaterThan(2.4)
    expect(reviews.length / many.length).toBeLessThan(3.6)
    expect(many.filter((own) => own.length <= 1).length).toBeGreaterThan(many.length / 3)
    expect(Math.max(...many.map((own) => own.length))).toBeGreaterThan(60)
    const ratings = reviews.map(({ rating }) => rating)
    const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length
    expect(Math.abs(mean - 7.2)).toBeLessThan(0.3)
    expect(new Set(ratings).size).toBe(10)
    expect(new Set(reviews.map(({ text }) => text)).size).toBeGreaterThan(reviews.length / 4)
    const spoiling = reviews.filter(({ hasSpoilers }) => hasSpoilers).length / reviews.length
    expect(spoiling).toBeGreaterThan(0.05)
    expect(spoiling).toBeLessThan(0.25)
  })

  it('of a title are the same whatever the day and the other titles, one for each person', () => {
    const [now, later] = [options.today, new Date('2026-02-28T00:00:00Z')].map((today) =>
      reviewsOf(invented[3]!, { ...options, today }),
    )
    const timeless = (one: ReturnType<typeof reviewsOf>) =>
      one.map(({ review: { createdAt, updatedAt, ...review }, voters }) => ({ review, voters }))
    expect(timeless(now!)).toEqual(timeless(later!))
    for (const id of invented) {
      const authors = reviewsOf(id, options).map(({ review }) => review.userId)
      expect(new Set(authors).size).toBe(authors.length)
    }
  })

  it('are written with figures, votes and events that agree, the named world first', async () => {
    const report = await seedReviews(test.database, ids, options)
    expect(report).toMatchObject({ titles: ids.length, added: report.reviews })
    const found = await reconcile(test.database)
    expect(found).toMatchObject({ agrees: true, reviews: report.added, hidden: 0 })
    expect(found.votes).toBeGreaterThan(0)
    const { reviews, outbox, summaries } = test.database
    expect(await reviews.countDocuments({ contentId: winterTide.id }).exec()).toBe(2)
    expect(await reviews.countDocuments({ contentId: paperLanterns.id }).exec()).toBe(0)
    expect(await summaries.findById(winterTide.id).lean().exec()).toMatchObject({ count: 2, sum: 16 })
    expect(await outbox.countDocuments({ type: 'review.posted' }).exec()).toBe(report.added)
    for (const { type, subject, body } of await outbox.find({ type: 'rating.changed' }).lean().exec()) {
      const told = eventTypes['rating.changed'].schema.parse(JSON.parse(body))
      expect([type, told.contentId]).toEqual(['rating.changed', subject])
    }
  })

  it('change nothing when they are seeded again, on another day too', async () => {
    const counted = async () => [
      await test.database.reviews.countDocuments().exec(),
      await test.database.outbox.countDocuments().exec(),
    ]
    const before = await counted()
    for (const today of [options.today, new Date('2026-02-28T00:00:00Z')])
      expect((await seedReviews(test.database, ids, { ...options, today })).added).toBe(0)
    expect(await counted()).toEqual(before)
  })

  it('are completed by the next run where one was killed', async () => {
    const { reviews, votes, summaries } = test.database
    const gone = await reviews.distinct('contentId').exec()
    const some = gone.slice(0, 40)
    for (const contentId of some) {
      const own = await reviews.find({ contentId }, { _id: 1 }).lean().exec()
      for (const { _id } of own) await votes.deleteMany({ reviewId: _id }).exec()
      await reviews.deleteMany({ contentId }).exec()
      await summaries.deleteOne({ _id: contentId }).exec()
    }
    const left = await reviews.countDocuments().exec()
    const { reviews: all, added } = await seedReviews(test.database, ids, options)
    expect(added).toBe(all - left)
    expect((await reconcile(test.database)).agrees).toBe(true)
  })
})

describe('reconcile', () => {
  it('names a title whose figures are not those of its reviews, and a review whose votes are not counted', async () => {
    const { reviews, summaries, votes } = test.database
    await summaries.updateOne({ _id: winterTide.id }, { $inc: { sum: 1 } }).exec()
    const voted = (await votes.findOne().lean().exec())!
    await reviews.updateOne({ _id: voted.reviewId }, { $inc: { helpfulCount: 1 } }).exec()
    const seen: string[] = []
    const found = await reconcile(test.database, { onId: (id) => seen.push(id) })
    expect(found).toMatchObject({
      agrees: false,
      titlesThatDiffer: [{ id: winterTide.id, summary: { sum: 17 }, reviews: { count: 2, sum: 16 } }],
      reviewsThatDiffer: [{ id: voted.reviewId }],
    })
    expect(seen).toContain(world.reviews.minaOnWinterTide.id)
    expect(seen).toHaveLength(found.reviews)
  })

  it('names figures of a title that has no review', async () => {
    const id = seedId(9, 1, 'title')
    await test.database.summaries
      .updateOne(
        { _id: id },
        { $set: { count: 1, sum: 3, distribution: { 3: 1 }, version: 1 } },
        { upsert: true },
      )
      .exec()
    expect((await reconcile(test.database)).titlesThatDiffer.map((row) => row.id)).toContain(id)
  })
})
