import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits, topicOf, world } from '@marquee/contracts'
import { connectKafka } from '@marquee/events'
import { query, sql, transaction, writeOutbox } from '@marquee/postgres'
import { signViewer, silentLogger, viewerHeader } from '@marquee/service-kit'
import { readTopic, settle, testEngines } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import type { CatalogConfig } from './config.js'
import { createCatalog } from './service.js'
import { keys, newTitle, testDatabase } from './testing/test-catalog.js'

const prefix = `t-${randomUUID()}-`
let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const config = (more: Partial<CatalogConfig> = {}): CatalogConfig => ({
  HOST: '127.0.0.1',
  PORT: 0,
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  MARQUEE_INTERNAL_KEY: keys.internal,
  MARQUEE_CURSOR_KEY: keys.cursor,
  INSTANCE: 'catalog',
  DATABASE_URL: database.url,
  CACHE_URL: testEngines().cache,
  KAFKA_BROKERS: testEngines().kafka,
  limits: { ...defaultLimits, listingRefreshEveryMs: 500 },
  ...more,
})
const editor = {
  viewer: { sub: world.viewers.editor.sub, roles: ['editor'], scopes: [] },
  address: '127.0.0.1',
}
const post = async (port: number, body: object) => {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/content`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [viewerHeader]: signViewer(keys.internal, editor) },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as { id: string } }
}
const get = async (port: number, path: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: read by path
  (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as any
const pending = sql('test.pending', 'SELECT count(*) AS count FROM outbox WHERE published_at IS NULL')
const blocked = sql(
  'test.blocked',
  `SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'catalog'
     AND wait_event_type = 'Lock'`,
)
const leased = sql('test.leased', "SELECT expires_at AS until FROM leases WHERE name = 'catalog.relay'")
const patience = { timeoutMs: 20_000 }

const statement = (type: 'content.stats' | 'rating.changed', key: string, body: object) => ({
  topic: topicOf(type),
  key,
  value: JSON.stringify(body),
  headers: {
    ce_specversion: '1.0',
    ce_id: uuidv7(),
    ce_type: type,
    ce_source: '/marquee/other',
    ce_time: new Date().toISOString(),
    ce_subject: key,
    ce_schemaversion: '1',
    ce_subjectversion: '1',
  },
})

describe('the catalogue as a whole', () => {
  it('tells Kafka what editors did, and shows what it is told of views and ratings, in the title and in the list', async () => {
    const catalog = createCatalog(config(), prefix)
    const kafka = connectKafka({
      brokers: testEngines().kafka,
      clientId: 'test',
      log: silentLogger,
      topicPrefix: prefix,
    })
    try {
      const { port } = await catalog.start()
      expect((await get(port, '/health/ready')).status).toBe('ready')
      const made = await post(port, newTitle())
      const { id } = made.json
      await settle(async () => (await query<{ count: number }>(database.pool, pending))[0]?.count === 0)
      const messages = await readTopic(testEngines().kafka, `${prefix}content`)
      const told = messages.filter(({ key }) => key === id)
      expect(told.map(({ headers }) => [headers.ce_type, headers.ce_subjectversion])).toEqual([
        ['content.created', '1'],
      ])
      expect(JSON.parse(told[0]!.value)).toMatchObject({ id, status: 'published', genres: [] })

      const episodes = await readTopic(testEngines().kafka, `${prefix}episode`)
      expect(new Set(episodes.map(({ key }) => key))).toEqual(
        new Set(Object.values(world.episodes).map((episode) => episode.id)),
      )

      expect((await get(port, `/api/v1/content/${id}`)).totalViews).toBe(0)
      const sender = await kafka.openSender()
      await sender.send([
        statement('content.stats', id, { id, totalViews: 123_456, popularity: 9.5 }),
        statement('rating.changed', id, { contentId: id, count: 3, sum: 25, average: 8.3 }),
      ])
      await sender.close()
      const shown = { totalViews: 123_456, rating: 8.33, ratingCount: 3 }
      await settle(async () => expect(await get(port, `/api/v1/content/${id}`)).toMatchObject(shown), {
        timeoutMs: 20_000,
      })
      await settle(async () => (await get(port, '/api/v1/content?sort=views&limit=1')).items[0].id === id)
      await catalog.idle()
    } finally {
      await kafka.close()
      await catalog.stop()
    }
  }, 60_000)

  it('leads on and publishes while requests hold every connection of theirs', async () => {
    const catalog = createCatalog(config(), prefix)
    const { port } = await catalog.start()
    await settle(
      async () => (await query<{ count: number }>(database.pool, pending))[0]?.count === 0,
      patience,
    )
    const blocker = await database.pool.connect()
    const requests: Promise<unknown>[] = []
    try {
      await blocker.query('BEGIN')
      await blocker.query('LOCK TABLE content_metadata IN ACCESS EXCLUSIVE MODE')
      for (let n = 0; n < 16; n += 1) requests.push(post(port, newTitle()))
      await settle(async () => (await query<{ count: number }>(database.pool, blocked))[0]!.count >= 5)
      const [before] = await query<{ until: Date }>(database.pool, leased)
      const fact = { type: 'content.deleted' as const, subject: uuidv7(), subjectVersion: 1 }
      const body = { id: fact.subject, slug: 'gone' }
      await transaction(database.pool, (tx) => writeOutbox(tx, [{ ...fact, body }]))
      await settle(
        async () => {
          expect(await query(database.pool, pending)).toEqual([{ count: 0 }])
          const [now] = await query<{ until: Date }>(database.pool, leased)
          expect(now!.until.getTime()).toBeGreaterThan(before!.until.getTime())
        },
        // Before requests give up, and their connections with them.
        { timeoutMs: 2_500 },
      )
    } finally {
      await blocker.query('ROLLBACK')
      blocker.release()
      await Promise.all(requests)
      await catalog.idle()
      await catalog.stop()
    }
  }, 60_000)

  it('answers requests while Kafka is down, keeps what is to be told, and stops in time', async () => {
    const catalog = createCatalog(config({ KAFKA_BROKERS: ['127.0.0.1:1'] }), prefix)
    const { port } = await catalog.start()
    expect((await post(port, newTitle())).status).toBe(201)
    expect(await query(database.pool, pending)).toEqual([{ count: 1 }])
    expect((await get(port, '/health/ready')).status).toBe('ready')
    const began = performance.now()
    await catalog.stop()
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
