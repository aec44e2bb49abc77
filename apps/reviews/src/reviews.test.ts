import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type EventRecord, world } from '@marquee/contracts'
import { connectKafka, startRelay } from '@marquee/events'
import { Registry, silentLogger } from '@marquee/service-kit'
import { proxyTo, readTopic, settle, testEngines } from '@marquee/test-kit'
import { reconcile } from './reconcile/reconcile-store.js'
import { type App, aPerson, jadeCourt, lastFerry, serveReviews, winterTide } from './testing/serve.js'

const { kafka: brokers } = testEngines()
let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
beforeAll(async () => {
  place = await serveReviews({ kafka: brokers, limits: { leaseTtlMs: 1500 } })
  app = await place.start()
})
afterAll(() => place.close())

const topic = async (name: string) =>
  (await readTopic(brokers, `${place.topicPrefix}${name}`)).map(({ key, value, headers }) => ({
    key,
    headers,
    body: JSON.parse(value),
  }))
const told = async (contentId: string) => (await topic('rating')).filter(({ key }) => key === contentId)
const versions = (messages: { headers: Record<string, string> }[]) =>
  messages.map(({ headers }) => Number(headers.ce_subjectversion))

let sent = 0
/** Sends events as the catalogue's relay would. */
async function publish(...events: { type: string; content: Record<string, unknown>; version: number }[]) {
  const log = silentLogger
  const kafka = connectKafka({ brokers, clientId: 'test', log, topicPrefix: place.topicPrefix })
  let waiting: EventRecord[] = events.map(({ type, content, version }) => ({
    id: `01920008-0000-7000-8000-${String(sent++).padStart(12, '0')}`,
    type,
    schemaVersion: 1,
    time: new Date().toISOString(),
    subject: String(content.id),
    subjectVersion: version,
    producer: 'catalog',
    body: JSON.stringify(content),
  }))
  const outbox = {
    claim: async () => waiting,
    markPublished: async () => {
      waiting = []
    },
    waitForWork: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 20))),
    pending: async () => waiting.length,
  }
  const relay = startRelay({ name: 'test', kafka, outbox, log, registry: new Registry() })
  await relay.idle()
  await relay.stop()
  await kafka.close()
}

describe('what is told', () => {
  it('is who posted, once, and every change of the figures in its order', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    const as = aPerson()
    const { json: review } = await app.post(winterTide.id, as, { rating: 9 }, { traceparent })
    await app.change(review, '', { method: 'PATCH', as, body: { rating: 3 } })
    await app.change(review, '', { method: 'PATCH', as, body: { text: 'Only words.' } }, 2)
    await app.change(review, '', { method: 'DELETE', as }, 3)
    await app.idle()

    const posted = (await topic('review')).filter(({ key }) => key === review.id)
    expect(posted).toHaveLength(1)
    expect(posted[0]).toMatchObject({
      body: { id: review.id, contentId: winterTide.id, userId: as, rating: 9 },
      headers: {
        ce_type: 'review.posted',
        ce_source: '/marquee/reviews',
        ce_subjectversion: '1',
        traceparent,
      },
    })
    const figures = await told(winterTide.id)
    expect(figures.map(({ body }) => body)).toEqual([
      { contentId: winterTide.id, count: 1, sum: 9, average: 9 },
      { contentId: winterTide.id, count: 1, sum: 3, average: 3 },
      { contentId: winterTide.id, count: 0, sum: 0, average: null },
    ])
    expect(versions(figures)).toEqual([1, 2, 3])
  })
})

describe('what the catalogue says', () => {
  const { rating, ratingCount, ...content } = world.contents.jadeCourt

  it('is known here: a slug that moved, and a title that was taken down', async () => {
    const asked = place.catalog.asked.length
    await publish({ type: 'content.updated', content: { ...content, slug: 'jade-annals' }, version: 5 })
    await settle(async () => expect((await app.list('jade-annals')).status).toBe(200))
    expect(place.catalog.asked.slice(asked).filter((path) => path.endsWith(content.id))).toEqual([])

    const at = place.catalog.titles.findIndex(({ id }) => id === jadeCourt.id)
    const [title] = place.catalog.titles.splice(at, 1)
    const { id } = content
    await publish(
      { type: 'content.deleted', content: { id, slug: 'jade-annals' }, version: 7 },
      { type: 'content.updated', content, version: 6 },
    )
    await settle(async () => expect((await app.list(id)).json.code).toBe('content_not_found'))
    expect((await app.post(id, aPerson())).status).toBe(404)
    place.catalog.titles.push(title!)
    await publish({ type: 'content.published', content, version: 8 })
    await settle(async () => expect((await app.post(id, aPerson())).status).toBe(201))
  })
})

describe('a process that dies between commit and publish', () => {
  it('leaves the event to the next one, which tells it', async () => {
    // Its relay leads and never reaches Kafka; then its connections are silent, as those of a killed process are.
    const doomed = await serveReviews({ limits: { leaseTtlMs: 1500 } })
    const link = await proxyTo(doomed.test.url)
    const first = await doomed.start('reviews#1', link.url)
    const { json: review } = await first.post(lastFerry.id, aPerson(), { rating: 6 })
    await first.post(lastFerry.id, aPerson(), { rating: 8 })
    expect(await doomed.test.database.outbox.countDocuments({ pending: true }).exec()).toBe(4)

    link.freeze()
    const next = await doomed.start('reviews#2', doomed.test.url, brokers)
    await next.idle()
    const posted = await readTopic(brokers, `${doomed.topicPrefix}review`)
    expect(posted.filter(({ key }) => key === review.id)).toHaveLength(1)
    expect(posted).toHaveLength(2)
    const figures = await readTopic(brokers, `${doomed.topicPrefix}rating`)
    expect(figures.map(({ headers }) => headers.ce_subjectversion)).toEqual(['1', '2'])
    expect(await reconcile(doomed.test.database)).toMatchObject({ agrees: true, outboxPending: 0 })
    link.thaw()
    await doomed.close()
    await link.close()
  })
})

describe('instances', () => {
  it('go on without a leader that is frozen, and neither lose nor reorder when it wakes', async () => {
    const link = await proxyTo(place.test.url)
    const frozen = await place.start('reviews#2', link.url)
    await app.stop()
    app = frozen
    const { leases } = place.test.database
    await settle(async () =>
      expect((await leases.findById('relay').lean().exec())?.holder).toMatch(/^reviews#2@/),
    )
    await frozen.post(lastFerry.id, aPerson(), { rating: 5 })
    link.freeze()
    const third = await place.start('reviews#3')
    for (let n = 0; n < 5; n++) await third.post(lastFerry.id, aPerson(), { rating: n + 1 })
    await third.idle()
    link.thaw()
    await third.post(lastFerry.id, aPerson(), { rating: 10 })
    await third.idle()
    const seen = versions(await told(lastFerry.id))
    // What was under way when it froze may come twice; a version never comes first after a later one.
    expect([...new Set(seen)]).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect((await topic('review')).length).toBeGreaterThanOrEqual(9)
    app = third
    await frozen.stop()
    await link.close()
  })
})
