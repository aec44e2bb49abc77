import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { EventRecord } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import type { OutMessage } from './handle.js'
import { type ConsumerOptions, type EventConsumer, type ReceivedEvent, startConsumer } from './index.js'
import { toMessage } from './message.js'
import { deleted, frozenKafka, type OwnTopics, ownTopics, silent } from './testing/world.js'

let topics: OwnTopics
let registry: Registry
let running: EventConsumer[]
beforeAll(async () => {
  topics = await ownTopics()
})
afterAll(() => topics.kafka.close())
beforeEach(() => {
  registry = new Registry()
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((consumer) => consumer.stop()))
})

class Outage extends Error {}

function consume(options: Partial<ConsumerOptions>): EventConsumer {
  const consumer = startConsumer({
    kafka: topics.kafka,
    group: `test-${randomUUID()}`,
    topics: ['content'],
    isOutage: (error) => error instanceof Outage,
    log: silent,
    registry,
    batch: async () => {},
    ...options,
  })
  running.push(consumer)
  return consumer
}

async function publish(messages: OutMessage[]): Promise<void> {
  const sender = await topics.kafka.openSender()
  await sender.send(messages)
  await sender.close()
}
const deadLetters = async (subject: string) =>
  (await topics.read('content.dead')).filter(({ key, headers }) => (headers.ce_subject ?? key) === subject)
/** One event after the other. */
const each =
  (effect: (event: ReceivedEvent) => Promise<void>): ConsumerOptions['batch'] =>
  async (received) => {
    for (const event of received) await effect(event)
  }
/** Events of this test: the topic holds those of others too. */
const versionsOf = (events: ReceivedEvent[], subject: string) =>
  events.filter((event) => event.subject === subject).map(({ subjectVersion }) => subjectVersion)
const events = (subject: string, count: number): EventRecord[] =>
  Array.from({ length: count }, (_, n) => deleted(subject, n + 1))

describe('a consumer', () => {
  it('gets every event once and in order, and goes on where its group stopped', async () => {
    const subject = uuidv7()
    const group = `test-${randomUUID()}`
    const seen: ReceivedEvent[] = []
    const batch = async (received: ReceivedEvent[]) => void seen.push(...received)
    await publish(events(subject, 250).map(toMessage))
    const first = consume({ group, batch })
    await first.idle()
    await first.stop()
    expect(versionsOf(seen, subject)).toEqual(
      events(subject, 250).map(({ subjectVersion }) => subjectVersion),
    )
    expect(seen.at(-1)).toMatchObject({
      type: 'content.deleted',
      producer: 'catalog',
      data: { slug: 'title-250' },
    })

    seen.length = 0
    await publish([toMessage(deleted(subject, 251))])
    await consume({ group, batch }).idle()
    expect(versionsOf(seen, subject)).toEqual([251])
  })

  it('puts poison to the dead letters with its place and reason, in its order, and goes on', async () => {
    const subject = uuidv7()
    const good = toMessage(deleted(subject, 1))
    const withHeaders = (headers: Record<string, string>) => ({
      ...good,
      headers: { ...good.headers, ...headers },
    })
    const without = (left: string) => ({
      ...good,
      headers: Object.fromEntries(Object.entries(good.headers).filter(([name]) => name !== left)),
    })
    const failing = toMessage(deleted(subject, 666))
    const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString()
    const poison: [message: OutMessage, reason: string][] = [
      [{ ...good, value: '{"id":' }, 'JSON'],
      [{ ...good, value: null }, 'JSON'],
      [{ ...good, value: '{"id":7}' }, 'expected string'],
      [withHeaders({ ce_schemaversion: '99' }), 'content.deleted of version 99'],
      [withHeaders({ ce_type: 'content.someday' }), 'unknown type content.someday'],
      [withHeaders({ ce_type: 'content.stats' }), 'content.stats does not belong in content'],
      [without('ce_type'), 'no ce_type'],
      [without('ce_id'), 'without ce_id'],
      [withHeaders({ ce_id: 'x'.repeat(201) }), 'an id of 201 characters'],
      [withHeaders({ ce_time: 'noon' }), 'time noon'],
      [withHeaders({ ce_time: inTwoDays }), `time ${inTwoDays}`],
      [withHeaders({ ce_subjectversion: '-1' }), 'subject version -1'],
      [withHeaders({ ce_subject: uuidv7() }), 'the key is not the subject'],
      [{ ...good, value: JSON.stringify({ id: uuidv7(), slug: 'x' }) }, 'of another subject'],
      [failing, 'cannot be applied'],
    ]
    await publish([...poison.map(([message]) => message), toMessage(deleted(subject, 2))])
    const seen: ReceivedEvent[] = []
    const attempts = { count: 0 }
    const consumer = consume({
      batch: each(async (event) => {
        if (event.subject !== subject) return
        if (event.subjectVersion === 666) {
          attempts.count += 1
          throw new Error('cannot be applied')
        }
        seen.push(event)
      }),
    })
    await consumer.idle()
    expect(versionsOf(seen, subject)).toEqual([2])
    // Together with the other, and alone.
    expect(attempts.count).toBe(6)
    const letters = (await topics.read('content.dead')).filter(({ key }) => key === subject)
    expect(letters.map(({ headers }) => [headers.dead_error, headers.dead_attempts])).toEqual(
      poison.map(([message, reason]) => [expect.stringContaining(reason), message === failing ? '3' : '1']),
    )
    const placed = (await topics.read('content')).filter(({ key }) => key === subject)
    expect(letters.map(({ headers }) => [headers.dead_partition, headers.dead_offset])).toEqual(
      placed.slice(0, -1).map(({ partition, offset }) => [String(partition), offset]),
    )
    expect(letters.at(-1)).toMatchObject({
      key: subject,
      value: failing.value,
      headers: { ...failing.headers, dead_topic: 'content' },
    })
    expect(await registry.metrics()).toMatch(/marquee_dead_letters_total\{[^}]*topic="content"\} 15/)
  })

  it('buries ten thousand, half unreadable and half that cannot be applied, within a minute', async () => {
    const [unread, refused] = [uuidv7(), uuidv7()]
    const count = 5000
    const bad = (n: number) => ({ ...toMessage(deleted(unread, n)), value: 'not json' })
    for (let n = 0; n < count; n += 1000)
      await publish([
        ...Array.from({ length: 1000 }, (_, i) => bad(n + i)),
        ...Array.from({ length: 1000 }, (_, i) => toMessage(deleted(refused, n + i))),
      ])
    const group = `test-${randomUUID()}`
    const began = performance.now()
    const consumer = consume({
      group,
      batch: each(async ({ subject }) => {
        if (subject === refused) throw new Error('cannot be applied')
      }),
    })
    await consumer.idle()
    expect(performance.now() - began).toBeLessThan(60_000)
    const letters = (await topics.read('content.dead')).filter(({ headers }) => headers.dead_group === group)
    for (const subject of [unread, refused]) {
      const offsets = letters
        .filter(({ key }) => key === subject)
        .map(({ headers }) => Number(headers.dead_offset))
      expect(offsets).toHaveLength(count)
      expect(offsets.every((offset, n) => n === 0 || offset > offsets[n - 1]!)).toBe(true)
    }
  })

  it('holds the partition through an outage, and keeps it while an effect takes longer than its session', async () => {
    const subject = uuidv7()
    const applied: number[] = []
    const tries = new Map<number, number>()
    let down = true
    const consumer = consume({
      sessionTimeoutMs: 6000,
      batch: each(async (event) => {
        if (event.subject !== subject) return
        tries.set(event.subjectVersion, (tries.get(event.subjectVersion) ?? 0) + 1)
        if (event.subjectVersion === 1 && down) throw new Outage('store down')
        if (event.subjectVersion === 2) await new Promise((resolve) => setTimeout(resolve, 7000))
        applied.push(event.subjectVersion)
      }),
    })
    await publish(events(subject, 3).map(toMessage))
    await settle(() => (tries.get(1) ?? 0) > 4, { timeoutMs: 20_000 })
    expect(applied).toEqual([])
    down = false
    await consumer.idle()
    expect([applied, tries.get(2)]).toEqual([[1, 2, 3], 1])
    expect(await deadLetters(subject)).toEqual([])
    consumer.ready()
  })

  it('in batch form finds the poison among good events, and counts duplicates', async () => {
    const subject = uuidv7()
    const records = events(subject, 30)
    await publish(records.map(toMessage))
    const applied: number[] = []
    let batches = 0
    const consumer = consume({
      async batch(received, { duplicate }) {
        const own = received.filter((event) => event.subject === subject)
        if (own.length > 1) batches += 1
        if (own.some(({ subjectVersion }) => subjectVersion === 13)) throw new Error('unlucky')
        for (const { subjectVersion } of own) {
          if (applied.includes(subjectVersion)) duplicate()
          applied.push(subjectVersion)
        }
      },
    })
    await consumer.idle()
    expect(applied).toEqual(
      records.map((record) => record.subjectVersion).filter((version) => version !== 13),
    )
    expect((await deadLetters(subject)).map(({ headers }) => headers.ce_subjectversion)).toEqual(['13'])
    expect(batches).toBeGreaterThan(0)
    await publish([toMessage(records[0]!)])
    await consumer.idle()
    expect(await registry.metrics()).toMatch(/marquee_consumer_duplicates_total\{[^}]*\} 1/)
  })

  it('starts without Kafka and stops in time with a frozen one', async () => {
    const frozen = await frozenKafka()
    const consumer = consume({ kafka: frozen.kafka })
    await new Promise((resolve) => setImmediate(resolve))
    const started = performance.now()
    await consumer.stop()
    expect(performance.now() - started).toBeLessThan(10_000)
    frozen.close()
  })
})
