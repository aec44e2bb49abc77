import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type EventData, type EventRecord, type EventType, topicNames } from '@marquee/contracts'
import { connectKafka, ensureTopics, type Kafka, startConsumer, startRelay } from '@marquee/events'
import { isOutage, type Pool } from '@marquee/postgres'
import { silentLogger as log, Registry } from '@marquee/service-kit'
import { settle, testEngines } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import { testDatabase } from '../testing/test-database.js'
import { analyticsTopics, applyAnalyticsEvents } from './apply-analytics-events.js'
import { pruneDayViewers } from './views-store.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const topicPrefix = `${randomUUID().slice(0, 8)}.`
const brokers = testEngines().kafka
let database: Awaited<ReturnType<typeof testDatabase>>
let pool: Pool
let kafka: Kafka
beforeAll(async () => {
  database = await testDatabase()
  pool = database.primary
  kafka = connectKafka({ brokers, clientId: 'test', log, topicPrefix })
  await ensureTopics(kafka, topicNames)
})
afterAll(async () => {
  await kafka.close()
  await database.close()
})

let content: string
beforeEach(() => {
  content = randomUUID()
})

const today = new Date().toISOString().slice(0, 10)
const event = <T extends EventType>(type: T, time: string, data: EventData<T>, subjectVersion = 1) => ({
  id: uuidv7(),
  type,
  schemaVersion: 1,
  time,
  subject: 'contentId' in data ? data.contentId : '',
  subjectVersion,
  producer: 'test',
  body: JSON.stringify(data),
  data,
})
const view = (time: string, viewerKey: string, contentId = content) =>
  event('content.viewed', time, { contentId, viewerKey, userId: null, sessionId: null })
const rating = (time: string, subjectVersion: number, average: number | null, contentId = content) =>
  event('rating.changed', time, { contentId, count: subjectVersion, sum: 9, average }, subjectVersion)

const duplicates: number[] = []
const apply = (events: object[]) =>
  applyAnalyticsEvents(pool)(events as never, { duplicate: (count = 1) => void duplicates.push(count) })
const figures = async (contentId = content) =>
  (
    await pool.query(
      `SELECT day, views, unique_viewers AS viewers, average_rating AS average, rating_count AS ratings
       FROM content_analytics WHERE content_id = $1 ORDER BY day`,
      [contentId],
    )
  ).rows
const day = (day: string, views: number, viewers: number, average: number | null = null, ratings = 0) => ({
  day,
  views,
  viewers,
  average,
  ratings: ratings || null,
})

describe('views', () => {
  it('count on the UTC day of their own time, each viewer of a day once', async () => {
    const late = new Date(`${today}T00:00:00.000Z`).getTime()
    const before = new Date(late - 1).toISOString()
    await apply([view(before, 'ann'), view(`${today}T00:00:00Z`, 'ann'), view(`${today}T08:00:00Z`, 'ann')])
    await apply([view(`${today}T09:00:00Z`, 'bo'), view(`${today}T01:30:00+02:00`, 'bo')])
    expect(await figures()).toEqual([day(before.slice(0, 10), 2, 2), day(today, 3, 2)])
  })

  it('count once however often they come, in one batch or in several', async () => {
    const [one, two] = [view(`${today}T08:00:00Z`, 'ann'), view(`${today}T08:01:00Z`, 'bo')]
    await apply([one, one])
    duplicates.length = 0
    await apply([two, one, two])
    expect(await figures()).toEqual([day(today, 2, 2)])
    expect(duplicates).toEqual([2])
  })

  it('of the same titles can be counted by several at once, in any order', async () => {
    const contents = Array.from({ length: 30 }, () => randomUUID())
    const batch = (n: number) => contents.map((id) => view(`${today}T08:00:00Z`, `viewer ${n % 4}`, id))
    const batches = Array.from({ length: 10 }, (_, n) => (n % 2 ? batch(n) : batch(n).reverse()))
    await Promise.all([...batches, ...batches].map(apply))
    for (const id of contents) expect(await figures(id)).toEqual([day(today, 10, 4)])
  })

  it('of a day whose viewers were forgotten are counted without them', async () => {
    const old = new Date(Date.now() - 41 * 86_400_000).toISOString()
    const kept = new Date(Date.now() - 39 * 86_400_000).toISOString()
    await apply([view(old, 'ann'), view(kept, 'ann')])
    await pool.query('INSERT INTO content_day_viewers VALUES ($1, $2, $3)', [
      content,
      old.slice(0, 10),
      'ann',
    ])
    await pruneDayViewers(pool)
    await apply([view(old, 'ann'), view(kept, 'ann')])
    expect(await figures()).toEqual([day(old.slice(0, 10), 2, 0), day(kept.slice(0, 10), 2, 1)])
    const { rows } = await pool.query('SELECT day FROM content_day_viewers WHERE content_id = $1', [content])
    expect(rows).toEqual([{ day: kept.slice(0, 10) }])
  })
})

describe('ratings', () => {
  it('show on the day they changed, the newest one whatever order they come in', async () => {
    const [first, second] = ['2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z']
    await apply([rating(first, 2, 10), rating(first, 3, 7), rating(second, 5, 8)])
    await apply([rating(first, 1, 4), rating(second, 4, 2), rating(second, 5, 8)])
    expect(await figures()).toEqual([day('2026-03-01', 0, 0, 7, 3), day('2026-03-02', 0, 0, 8, 5)])
    await apply([rating(second, 6, null)])
    expect(await figures()).toMatchObject([{ average: 7 }, { average: null, ratings: 6 }])
  })
})

/** Sends facts as an app's relay does. */
async function send(records: EventRecord[]): Promise<void> {
  let sent = 0
  const outbox = {
    claim: async (limit: number) => records.slice(sent, sent + limit),
    markPublished: async (done: EventRecord[]) => {
      sent += done.length
    },
    renew: async () => true,
    pending: async () => records.length - sent,
    oldestMs: async () => 0,
    waitForWork: async (ms: number) => void (await new Promise((resolve) => setTimeout(resolve, ms))),
  }
  const relay = startRelay({ name: 'test', kafka, outbox, log, registry: new Registry() })
  await relay.idle()
  await relay.stop()
}

/** The consumer in a process of its own, which can be killed. */
const consumerProcess = (group: string): ChildProcess => {
  const script = `
    import { connectKafka, startConsumer } from '@marquee/events'
    import { createPool, isOutage } from '@marquee/postgres'
    import { Registry, silentLogger as log } from '@marquee/service-kit'
import { analyticsTopics, applyAnalyticsEvents } from './dist/analytics/apply-analytics-events.js'
    const { url, brokers, topicPrefix, group } = JSON.parse(process.argv[1])
    const kafka = connectKafka({ brokers, clientId: 'victim', log, topicPrefix })
    const batch = applyAnalyticsEvents(createPool({ url, name: 'victim', log }))
    startConsumer({ kafka, group, topics: [...analyticsTopics], batch, isOutage, log, registry: new Registry() })`
  const given = JSON.stringify({ url: database.url, brokers, topicPrefix, group })
  return spawn(process.execPath, ['--input-type=module', '--eval', script, given], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
const consume = (group: string) =>
  startConsumer({
    kafka,
    group,
    topics: [...analyticsTopics],
    batch: applyAnalyticsEvents(pool),
    isOutage,
    log,
    registry: new Registry(),
  })

describe('the consumer', () => {
  it('comes to the same figures when it is killed between the effect and the commit', async () => {
    const group = `${topicPrefix}analytics`
    const contents = Array.from({ length: 5 }, () => randomUUID())
    const views = contents.flatMap((id) =>
      Array.from({ length: 40 }, (_, n) => view(`${today}T08:00:00Z`, `viewer ${n % 10}`, id)),
    )
    const ratings = contents.flatMap((id) => [3, 1, 2].map((n) => rating(`${today}T09:00:00Z`, n, n + 5, id)))
    await pool.query('INSERT INTO content_analytics (content_id, day) SELECT unnest($1::uuid[]), $2', [
      contents,
      today,
    ])
    // The victim has kept ids and viewers when it meets our lock: it dies with its effect made and not committed.
    const lock = await pool.connect()
    await lock.query('BEGIN')
    await lock.query('SET LOCAL idle_in_transaction_session_timeout = 0')
    await lock.query('SELECT FROM content_analytics WHERE content_id = ANY($1) FOR UPDATE', [contents])
    const victim = consumerProcess(group)
    const died = once(victim, 'exit')
    try {
      await send([...views, ...ratings, ...views.slice(0, 50)])
      const stuck = `SELECT FROM pg_stat_activity WHERE application_name = 'victim' AND wait_event_type = 'Lock'`
      await settle(async () => (await pool.query(stuck)).rowCount === 1, { timeoutMs: 20_000 })
    } finally {
      victim.kill('SIGKILL')
      await died
      await lock.query('ROLLBACK')
      lock.release()
    }
    const successor = consume(group)
    await successor.idle()
    await successor.stop()
    for (const id of contents) expect(await figures(id)).toEqual([day(today, 40, 10, 8, 3)])

    const reader = consume(`${group}.again`)
    await reader.idle()
    await reader.stop()
    for (const id of contents) expect(await figures(id)).toEqual([day(today, 40, 10, 8, 3)])
  })
})
