import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import {
  citusInstalled,
  createLease,
  createPool,
  leaseStatements,
  manageStatements,
  outboxStatements,
  type Pool,
  postgresOutbox,
  transaction,
  writeOutbox,
} from '@marquee/postgres'
import { type FreshDatabase, freshDatabase, proxyTo, settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import { connectKafka, type Kafka, type Outbox, startRelay } from './index.js'
import { deleted, frozenKafka, type OwnTopics, ownTopics, silent } from './testing/world.js'

let database: FreshDatabase
let pool: Pool
let topics: OwnTopics
beforeAll(async () => {
  ;[database, topics] = await Promise.all([freshDatabase(), ownTopics()])
  pool = createPool({ url: database.url, name: 'catalog', log: silent })
  const managed = (await citusInstalled(pool))
    ? manageStatements().filter((text) => text.includes('outbox'))
    : []
  for (const statement of [...outboxStatements(), ...leaseStatements(), ...managed])
    await pool.query(statement)
})
afterAll(async () => {
  await topics.kafka.close()
  await pool.end()
  await database.drop()
})
beforeEach(() => pool.query('DELETE FROM outbox'))
const processes: { end(): Promise<void> }[] = []
afterEach(() => Promise.all(processes.splice(0).map((one) => one.end())))

/** One process that relays; `kill` ends it without a word to anybody. */
async function relayProcess(kafka: Kafka, leaseTtlMs = 1000, patienceMs = 20_000) {
  const link = await proxyTo(database.url)
  const own = createPool({ url: link.url, name: 'catalog', log: silent, queryTimeoutMs: 2000 })
  const lease = createLease(own, 'relay', 'relay', { ttlMs: leaseTtlMs })
  const registry = new Registry()
  const relay = startRelay({
    name: 'catalog',
    kafka,
    outbox: postgresOutbox(own, lease),
    log: silent,
    registry,
    patienceMs,
  })
  const one = {
    link,
    lease,
    relay,
    registry,
    async end() {
      link.thaw()
      await relay.stop()
      await lease.release().catch(() => {})
      await own.end()
      await link.close()
    },
  }
  processes.push(one)
  return one
}

const state = (subject: string, subjectVersion: number, slug = 'x') =>
  transaction(pool, (tx) =>
    writeOutbox(tx, [{ type: 'content.deleted', subject, subjectVersion, body: { id: subject, slug } }]),
  )

/** Versions of a subject in the topic, repetitions left out: what a consumer that keeps the greatest sees as new. */
const firsts = (messages: { headers: Record<string, string> }[], subject: string): number[] => [
  ...new Set(
    messages
      .filter(({ headers }) => headers.ce_subject === subject)
      .map(({ headers }) => Number(headers.ce_subjectversion)),
  ),
]

describe('the relay', () => {
  it('sends CloudEvents keyed by their subject, and marks them when the broker has confirmed', async () => {
    const { id } = world.contents.winterTide
    const one = await relayProcess(topics.kafka)
    await transaction(pool, (tx) =>
      writeOutbox(tx, [
        {
          type: 'content.deleted',
          subject: id,
          subjectVersion: 7,
          body: { id, slug: 'winter-tide' },
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        },
      ]),
    )
    await one.relay.idle()
    const { rows } = await pool.query('SELECT id, time, published_at FROM outbox')
    const messages = (await topics.read('content')).filter(({ key }) => key === id)
    expect(rows[0].published_at).toBeInstanceOf(Date)
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      value: JSON.stringify({ id, slug: 'winter-tide' }),
      headers: {
        ce_specversion: '1.0',
        ce_id: rows[0].id,
        ce_type: 'content.deleted',
        ce_source: '/marquee/catalog',
        ce_subject: id,
        ce_schemaversion: '1',
        ce_subjectversion: '7',
        ce_time: rows[0].time.toISOString(),
        'content-type': 'application/json',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    })
  })

  it('loses nothing and keeps the order of each subject while leaders freeze, thaw and are replaced', async () => {
    const subjects = Array.from({ length: 8 }, () => uuidv7())
    const versions = 40
    const [one, two] = [await relayProcess(topics.kafka), await relayProcess(topics.kafka)]
    const writing = (async () => {
      for (let version = 1; version <= versions; version += 1)
        for (const subject of subjects) await state(subject, version)
    })()
    for (let round = 0; round < 2; round += 1) {
      const leader = await settle(() => [one, two].find(({ lease }) => lease.epoch() !== null) ?? false)
      const other = leader === one ? two : one
      if (leader === false) throw new Error('nobody leads')
      leader.link.freeze()
      await settle(() => other.lease.epoch() !== null)
      leader.link.thaw()
    }
    await writing
    await Promise.all([one.relay.idle(), two.relay.idle()])
    const messages = await topics.read('content')
    const expected = Array.from({ length: versions }, (_, n) => n + 1)
    for (const subject of subjects) expect(firsts(messages, subject)).toEqual(expected)
  })

  it('sends what trickles in by the 20 ms, and what waits by the hundred', async () => {
    const waiting = Array.from({ length: 1000 }, (_, n) => deleted(uuidv7(), n))
    const sizes: number[] = []
    const sender = {
      send: async (messages: unknown[]) => void sizes.push(messages.length),
      close: async () => {},
    }
    const kafka = { ...topics.kafka, openSender: async () => sender }
    const outbox: Outbox = {
      claim: async (limit) => waiting.slice(0, limit),
      markPublished: async (records) => void waiting.splice(0, records.length),
      waitForWork: () => new Promise((resolve) => setTimeout(resolve, 2)),
      pending: async () => waiting.length,
    }
    const relay = startRelay({ name: 'test', kafka, outbox, log: silent, registry: new Registry() })
    await relay.idle()
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 100))

    sizes.length = 0
    const began = performance.now()
    await settle(
      () => {
        waiting.push(deleted(uuidv7(), 1))
        return performance.now() - began > 500
      },
      { everyMs: 2 },
    )
    await relay.idle()
    expect(sizes.length).toBeLessThan(35)
    await relay.stop()
  })

  it('stands aside where it does not reach Kafka, for one that does', async () => {
    const kafka = connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', log: silent })
    const cut = await relayProcess(kafka, 1000, 1500)
    await settle(() => cut.lease.epoch() !== null)
    const subject = uuidv7()
    await state(subject, 1)
    const other = await relayProcess(topics.kafka)
    await settle(
      async () => (await pool.query('SELECT FROM outbox WHERE published_at IS NULL')).rowCount === 0,
      {
        timeoutMs: 20_000,
      },
    )
    expect([cut.lease.epoch(), other.lease.epoch()]).toEqual([null, expect.any(Number)])
    expect(firsts(await topics.read('content'), subject)).toEqual([1])
    await kafka.close()
  })

  it('takes its lease back when nobody else wants it', async () => {
    const kafka = connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', log: silent })
    const alone = await relayProcess(kafka, 1000, 1000)
    await settle(() => alone.lease.epoch() !== null)
    const first = alone.lease.epoch()
    await state(uuidv7(), 1)
    await settle(() => alone.lease.epoch() === null, { timeoutMs: 10_000 })
    await settle(() => (alone.lease.epoch() ?? 0) > first!, { timeoutMs: 10_000 })
    await kafka.close()
  })

  it('puts what no topic takes to the dead letters and goes on', async () => {
    const one = await relayProcess(topics.kafka)
    const [large, small] = [uuidv7(), uuidv7()]
    await state(large, 1, 'x'.repeat(1_200_000))
    await state(small, 1)
    await one.relay.idle()
    const dead = await topics.read('content.dead')
    expect(dead.map(({ key, headers }) => [key, headers.dead_topic, headers.ce_type])).toEqual([
      [large, 'content', 'content.deleted'],
    ])
    expect(firsts(await topics.read('content'), small)).toEqual([1])
  })

  it('measures what waits, and stops in time with Kafka frozen, keeping what is not confirmed', async () => {
    const frozen = await frozenKafka()
    await state(uuidv7(), 1)
    const one = await relayProcess(frozen.kafka, 5000)
    await settle(
      async () => (await pool.query('SELECT FROM outbox WHERE claimed_until IS NOT NULL')).rowCount === 1,
    )
    await settle(async () =>
      (await one.registry.metrics()).includes('marquee_outbox_depth{relay="catalog"} 1'),
    )
    const started = performance.now()
    await one.relay.stop()
    expect(performance.now() - started).toBeLessThan(10_000)
    expect((await pool.query('SELECT FROM outbox WHERE published_at IS NULL')).rowCount).toBe(1)
    frozen.close()
  })
})
