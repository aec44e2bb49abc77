import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type EventRecord, world } from '@marquee/contracts'
import { connectKafka, startRelay } from '@marquee/events'
import { Registry, silentLogger } from '@marquee/service-kit'
import { proxyTo, readTopic, settle, testEngines } from '@marquee/test-kit'
import { reconcile } from './reconcile/reconcile-store.js'
import { awayFromTheTurn } from './testing/hour.js'
import { serveTrending } from './testing/serve.js'

const { kafka: brokers } = testEngines()
const { winterTide, paperLanterns, jadeCourt } = world.contents
const limits = { statsEveryMs: 500, trendingEveryMs: 200, leaseTtlMs: 1000 }
let place: Awaited<ReturnType<typeof serveTrending>>
let app: Awaited<ReturnType<typeof place.start>>
beforeAll(async () => {
  await awayFromTheTurn()
  place = await serveTrending({ limits })
  app = await place.start()
})
afterAll(() => place.close())

type Item = { rank: number; content: { id: string; title: string } }
const listed = async (through = app, period = 'daily'): Promise<string[]> =>
  (await through.send(`/api/v1/content/trending/${period}?limit=100`)).json.items.map(
    ({ content }: Item) => content.id,
  )

let published = 0
/** Sends events as the catalogue's relay would. */
async function publish(...events: { type: string; content: Record<string, unknown>; version: number }[]) {
  const log = silentLogger
  const kafka = connectKafka({ brokers, clientId: 'test', log, topicPrefix: place.topicPrefix })
  let waiting: EventRecord[] = events.map(({ type, content, version }) => ({
    id: `01920008-0000-7000-8000-${String(published++).padStart(12, '0')}`,
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

describe('from a view to the lists, the topic and the catalogue', () => {
  it('lists viewed titles with their figures, and tells every view and the totals', async () => {
    for (let n = 0; n < 12; n++) await app.view(winterTide.id, { body: { viewerId: `v${n}` }, key: `k${n}` })
    for (let n = 0; n < 3; n++) await app.view(paperLanterns.id, { sub: `user-${n}`, key: 'k' })
    for (const period of ['daily', 'weekly', 'monthly'])
      await settle(async () => expect(await listed(app, period)).toEqual([winterTide.id, paperLanterns.id]), {
        timeoutMs: 5_000,
      })
    const { json } = await app.send('/api/v1/content/trending/daily?origin=korean&limit=1')
    expect(json.items).toEqual([
      {
        rank: 1,
        previousRank: null,
        score: 12,
        views: 12,
        uniqueViewers: 12,
        content: world.summaries.winterTide,
      },
    ])

    await app.idle()
    const views = await readTopic(brokers, `${place.topicPrefix}content.viewed`)
    const stored = new Set<string>()
    expect(await reconcile(place.counters.open(), { onId: (id) => stored.add(id) })).toMatchObject({
      agrees: true,
      totalViews: 15,
    })
    expect(new Set(views.map(({ headers }) => headers.ce_id))).toEqual(stored)
    expect(
      views
        .map(({ value }) => JSON.parse(value).userId)
        .filter(Boolean)
        .sort(),
    ).toEqual(['user-0', 'user-1', 'user-2'])
    const stats = await readTopic(brokers, `${place.topicPrefix}content.stats`)
    const last = stats.filter(({ key }) => key === winterTide.id).at(-1)!
    expect(JSON.parse(last.value)).toEqual({ id: winterTide.id, totalViews: 12, popularity: 12 })
    expect(last.headers).toMatchObject({
      ce_type: 'content.stats',
      ce_subject: winterTide.id,
      ce_source: '/marquee/trending',
    })
  })

  it('answers 304 to who has the list, and refuses what it does not know', async () => {
    const { headers } = await app.send('/api/v1/content/trending/weekly')
    const etag = headers.get('etag')!
    expect(
      (await app.send('/api/v1/content/trending/weekly', { headers: { 'if-none-match': etag } })).status,
    ).toBe(304)
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'origin=mars', 'genre=x', 'page=2'])
      expect((await app.send(`/api/v1/content/trending/daily?${query}`)).status).toBe(400)
  })
})

describe('what the catalogue says', () => {
  it('is shown, and a taken-down title is gone and not viewed any more', async () => {
    const edited = { ...jadeCourt, title: 'Jade Court, Restored', status: 'published' }
    await publish({ type: 'content.published', content: edited, version: 5 })
    await settle(async () => {
      await app.view(jadeCourt.id, { key: 'first' })
      const { json } = await app.send('/api/v1/content/trending/daily?limit=100')
      expect(json.items.map(({ content }: Item) => content.title)).toContain('Jade Court, Restored')
    })
    place.catalog.titles.splice(0, Infinity, ...place.catalog.titles.filter(({ id }) => id !== jadeCourt.id))
    const { id, slug } = jadeCourt
    await publish(
      { type: 'content.deleted', content: { id, slug }, version: 7 },
      { type: 'content.updated', content: edited, version: 6 },
    )
    await settle(async () => expect(await listed()).not.toContain(id), { timeoutMs: 5_000 })
    await settle(async () => expect((await app.view(id)).status).toBe(404))
  })
})

describe('instances', () => {
  let second: typeof app
  const viewsOf = async (id: string) => {
    const { json } = await second.send('/api/v1/content/trending/daily?limit=100')
    return json.items.find(({ content }: Item) => content.id === id).views as number
  }

  it('count as one, and the next leads on within seconds when the leader is gone', async () => {
    second = await place.start('trending#2')
    const both = (n: number) => (n % 2 ? app : second).view(winterTide.id, { key: `both-${n % 30}` })
    await Promise.all(Array.from({ length: 60 }, (_, n) => both(n)))
    const { json } = await second.view(winterTide.id, { key: 'both-0' })
    expect(json).toMatchObject({ counted: false, totalViews: 42 })
    await app.stop()
    await second.view(paperLanterns.id, { address: '192.0.2.200', key: 'after' })
    await settle(async () => expect(await viewsOf(paperLanterns.id)).toBe(4), { timeoutMs: 10_000 })
  })

  it('go on without a leader that is frozen, and lose and repeat nothing when it wakes', async () => {
    const link = await proxyTo(place.counters.url)
    const { redis, key } = place.counters.open()
    await place.start('trending#3', link.url)
    // The third leads: the second gives its lease away.
    await settle(async () => {
      if (!(await redis.get(key('lease')))?.startsWith('trending#3@')) await redis.del(key('lease'))
      expect(await redis.get(key('lease'))).toMatch(/^trending#3@/)
    })
    link.freeze()
    try {
      for (let n = 0; n < 5; n++)
        await second.view(paperLanterns.id, { address: `192.0.2.${n}`, key: 'frozen' })
      await settle(async () => expect(await viewsOf(paperLanterns.id)).toBe(9), { timeoutMs: 10_000 })
      await second.idle()
    } finally {
      link.thaw()
    }
    await second.view(paperLanterns.id, { address: '192.0.2.99', key: 'thawed' })
    await settle(async () => expect(await viewsOf(paperLanterns.id)).toBe(10), { timeoutMs: 10_000 })
    await second.idle()
    const stored = new Set<string>()
    const found = await reconcile(place.counters.open(), { onId: (id) => stored.add(id) })
    expect(found).toMatchObject({ agrees: true, totalViews: 53 })
    const views = await readTopic(brokers, `${place.topicPrefix}content.viewed`)
    expect(new Set(views.map(({ headers }) => headers.ce_id))).toEqual(stored)
    await link.close()
  })
})
