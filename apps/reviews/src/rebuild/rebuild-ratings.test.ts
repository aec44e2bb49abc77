import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import { reconcile } from '../reconcile/reconcile-store.js'
import {
  type App,
  aPerson,
  asEditor,
  jadeCourt,
  lastFerry,
  paperLanterns,
  serveReviews,
  winterTide,
} from '../testing/serve.js'
import { alone } from './alone-store.js'
import { rebuildRatings } from './rebuild-ratings-store.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let instances: [App, App]
beforeAll(async () => {
  // Nothing here waits for Kafka: facts gather in the outbox.
  place = await serveReviews()
  instances = [await place.start(), await place.start('reviews#2')]
})
afterAll(() => place.close())

const rebuild = (dryRun = false) => rebuildRatings(place.test.database, { dryRun })
const summaryOf = (id: string) => place.test.database.summaries.findById(id).lean().exec()
const told = async (subject: string) => {
  const events = await place.test.database.outbox.find({ subject, type: 'rating.changed' }).lean().exec()
  return events
    .map(({ subjectVersion, body }) => ({ version: subjectVersion, ...JSON.parse(body) }))
    .sort((a, b) => a.version - b.version)
}
const raw = () => place.test.database.connection.collection('review_summaries')

describe('figures made anew from the reviews', () => {
  beforeEach(async () => {
    for (const rating of [9, 4, 9]) await instances[0].post(winterTide.id, aPerson(), { rating })
    await instances[0].post(paperLanterns.id, aPerson(), { rating: 7 })
    expect(await rebuild()).toMatchObject({ differing: 0 })
  })

  it('are those that are there, and nothing is stated', async () => {
    const before = await told(winterTide.id)
    const found = await rebuild()
    expect(found).toMatchObject({ what: 'ratings', differing: 0, swapped: true })
    expect(found.built).toBeGreaterThanOrEqual(2)
    expect(await told(winterTide.id)).toEqual(before)
  })

  const damages: Record<string, () => Promise<unknown>> = {
    'a summary whose facts are long forgotten': async () => {
      await raw().deleteOne({ _id: winterTide.id as never })
      await place.test.database.outbox.deleteMany({ subject: winterTide.id }).exec()
    },
    'a sum': () => raw().updateOne({ _id: winterTide.id as never }, { $inc: { sum: 1 } }),
    'a distribution': () =>
      raw().updateOne({ _id: winterTide.id as never }, { $inc: { 'distribution.9': 1 } }),
    'a summary that is gone': () => raw().deleteOne({ _id: winterTide.id as never }),
    'a summary that began anew': async () => {
      await raw().deleteOne({ _id: winterTide.id as never })
      await instances[1].post(winterTide.id, aPerson(), { rating: 2 })
    },
  }
  for (const [name, damage] of Object.entries(damages))
    it(`put right ${name}, and state it above every version before`, async () => {
      const versions = (await told(winterTide.id)).map(({ version }) => version)
      await damage()
      const damaged = await summaryOf(winterTide.id)
      expect(await rebuild(true)).toMatchObject({ differing: 1, swapped: false })
      expect(await summaryOf(winterTide.id)).toEqual(damaged)
      expect(await rebuild()).toMatchObject({ differing: 1 })
      const { checks } = await reconcile(place.test.database)
      expect(checks.filter(({ differing }) => differing > 0)).toEqual([])
      const last = (await told(winterTide.id)).at(-1)!
      expect(last.version).toBeGreaterThan(Math.max(...versions))
      expect(last).toMatchObject({ contentId: winterTide.id, count: (await summaryOf(winterTide.id))!.count })
      expect((await instances[1].list(winterTide.id)).json.summary.average).toBe(last.average)
    })

  it('are nothing for a title whose reviews are gone or hidden, which is stated too', async () => {
    const { json: review } = await instances[0].post(jadeCourt.id, aPerson(), { rating: 3 })
    await instances[0].change(review, '/moderation', {
      ...asEditor,
      method: 'PATCH',
      body: { status: 'hidden' },
    })
    const counted = { count: 1, sum: 3, distribution: { '3': 1 } }
    await raw().updateOne({ _id: jadeCourt.id as never }, { $set: counted })
    await rebuild()
    expect(await summaryOf(jadeCourt.id)).toMatchObject({ count: 0, sum: 0 })
    expect((await told(jadeCourt.id)).at(-1)).toMatchObject({ count: 0, sum: 0, average: null })
    const stranger = uuidv7()
    await raw().insertOne({ _id: stranger as never, ...counted, version: 1 })
    await rebuild()
    expect(await summaryOf(stranger)).toMatchObject({ count: 0, sum: 0 })
  })

  it('are made by one at a time: another one waits, or says in words that one is at work', async () => {
    const { database } = place.test
    await alone(database, 'rebuild-ratings', async () => {
      await expect(alone(database, 'rebuild-ratings', async () => 1, { waitMs: 50 })).rejects.toThrow(
        'at work',
      )
    })
    const both = await Promise.all([rebuild(), rebuild()])
    expect(both.map(({ swapped }) => swapped)).toEqual([true, true])
  })
})

describe('under load at two instances', () => {
  it('no review is left out or counted twice, whatever is damaged and rebuilt meanwhile', async () => {
    let running = true
    const posted: { id: string; rating: number }[] = []
    const removed = new Set<string>()
    async function client(number: number) {
      for (let n = 0; running; n++) {
        const through = instances[(number + n) % 2]!
        const as = aPerson()
        const { status, json } = await through.post(lastFerry.id, as, { rating: 1 + (n % 10) })
        if (status !== 201) continue
        posted.push(json)
        if (n % 4 !== 0) continue
        if ((await through.change(json, '', { method: 'DELETE', as })).status === 204) removed.add(json.id)
      }
    }
    const clients = Array.from({ length: 4 }, (_, number) => client(number))
    try {
      for (let n = 0; n < 4; n++) {
        const before = posted.length
        await settle(() => posted.length > before + 5, { timeoutMs: 20_000 })
        if (n % 2 === 0) await raw().updateOne({ _id: lastFerry.id as never }, { $inc: { sum: 5, count: 2 } })
        else await raw().deleteOne({ _id: lastFerry.id as never })
        expect((await rebuild()).differing).toBeGreaterThanOrEqual(1)
      }
    } finally {
      running = false
      await Promise.all(clients)
    }
    const stands = posted.filter(({ id }) => !removed.has(id))
    expect(await summaryOf(lastFerry.id)).toMatchObject({
      count: stands.length,
      sum: stands.reduce((sum, { rating }) => sum + rating, 0),
    })
    expect(await reconcile(place.test.database)).toMatchObject({ agrees: true })
    const events = await told(lastFerry.id)
    expect(events.at(-1)).toMatchObject({ count: stands.length })
  })
})

describe('two instances', () => {
  it('take the reviews of one title that many write at once, each once', async () => {
    const before = (await summaryOf(lastFerry.id))?.count ?? 0
    const people = Array.from({ length: 12 }, aPerson)
    // Everybody twice, at either instance: the second time is too much.
    const answers = await Promise.all(
      people.flatMap((as) => instances.map((through) => through.post(lastFerry.id, as, { rating: 5 }))),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(12)
    expect(statuses.filter((status) => status === 409)).toHaveLength(12)
    expect((await summaryOf(lastFerry.id))!.count).toBe(before + 12)
    for (const through of instances)
      expect((await through.list(lastFerry.id)).json.summary.count).toBe(before + 12)
    expect(await reconcile(place.test.database)).toMatchObject({ agrees: true })
  })
})
