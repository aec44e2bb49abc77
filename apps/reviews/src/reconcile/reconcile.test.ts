import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Figure, writeFigures } from '@marquee/service-kit'
import { type App, aPerson, asEditor, lastFerry, serveReviews, winterTide } from '../testing/serve.js'
import { figuresOf } from './figures-store.js'
import { reconcile } from './reconcile-store.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
let folder: string
const people = Array.from({ length: 4 }, aPerson)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reviews-figures-'))
  place = await serveReviews()
  app = await place.start()
  for (const [n, as] of people.entries()) await app.post(winterTide.id, as, { rating: n + 5 })
  const { json: other } = await app.post(lastFerry.id, people[0]!, { rating: 2 })
  await app.send(`/api/v1/content/${lastFerry.id}/reviews/${other.id}/helpful`, {
    method: 'PUT',
    as: aPerson(),
  })
  await app.change(other, '/moderation', { ...asEditor, method: 'PATCH', body: { status: 'hidden' } })
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await place.close()
})

const failing = async () =>
  (await reconcile(place.test.database)).checks
    .filter(({ differing }) => differing > 0)
    .map(({ name }) => name)

describe('the checks', () => {
  it('compare every title, review and fact, and find nothing', async () => {
    const { checks, agrees } = await reconcile(place.test.database)
    expect(agrees).toBe(true)
    expect(checks.map(({ compared }) => compared)).toEqual([2, 5, 5, 2])
  })

  it('each find their own damage', async () => {
    const { summaries, votes, outbox } = place.test.database
    const { _id, ...vote } = (await votes.findOne().lean().exec())!
    const [posted] = await outbox.find({ type: 'review.posted' }).lean().exec()
    const [told] = await outbox.find({ type: 'rating.changed', subjectVersion: 4 }).lean().exec()
    const damages: [damage: () => Promise<unknown>, undo: () => Promise<unknown>, check: string][] = [
      [
        () => summaries.updateOne({ _id: winterTide.id }, { $inc: { sum: 1 } }).exec(),
        () => summaries.updateOne({ _id: winterTide.id }, { $inc: { sum: -1 } }).exec(),
        'summaries against reviews, by title',
      ],
      [
        () => votes.deleteMany().exec(),
        () => votes.insertMany([vote]),
        'helpful counts against votes, by review',
      ],
      [
        () => outbox.deleteOne({ _id: posted!._id }).exec(),
        () => outbox.insertMany([posted!], { lean: true }),
        'reviews of 6 days against facts stated',
      ],
      [
        () => outbox.deleteOne({ _id: told!._id }).exec(),
        () => outbox.insertMany([told!], { lean: true }),
        'versions of figures against facts stated',
      ],
    ]
    for (const [damage, undo, check] of damages) {
      await damage()
      expect(await failing()).toEqual([check])
      await undo()
    }
    expect(await failing()).toEqual([])
  })
})

it('the figures tell ratings that count, titles, authors and what waits', async () => {
  await place.test.database.titles.deleteMany().exec()
  const at = new Date()
  await place.test.database.titles.insertMany([
    { _id: winterTide.id, version: 2, status: 'published', slug: 'winter-tide', at },
    { _id: lastFerry.id, version: 9, status: 'archived', slug: 'last-ferry', at },
  ])
  const file = join(folder, 'figures')
  await writeFigures(file, figuresOf(place.test.database))
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  const figures = lines.map((line) => JSON.parse(line) as Figure)
  const named = (name: string) =>
    Object.fromEntries(figures.filter(({ figure }) => figure === name).map(({ key, value }) => [key, value]))
  expect(named('rating by title')).toEqual({ [winterTide.id]: '4 26' })
  expect(named('titles')).toEqual({ [winterTide.id]: '2 published', [lastFerry.id]: '9 archived' })
  expect(named('review authors')).toEqual(Object.fromEntries(people.map((id) => [id, ''])))
  expect(named('outbox')).toEqual({
    reviews: String(await place.test.database.outbox.countDocuments().exec()),
  })
})
