import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { EventRecord } from '@marquee/contracts'
import { arm, disarmAll } from '@marquee/faults/testing'
import { settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import { type ConsumerOptions, type Outbox, startConsumer, startRelay, toMessage } from './index.js'
import { deleted, type OwnTopics, ownTopics, silent } from './testing/world.js'

let topics: OwnTopics
beforeAll(async () => {
  topics = await ownTopics()
})
afterAll(async () => {
  await topics.kafka.close()
  disarmAll()
})

/** One fact, in memory: what is told of it is what the test is about. */
function oneFact(subject: string) {
  let waiting: EventRecord[] = [deleted(subject, 1)]
  const told = { claimed: false, marked: false }
  const outbox: Outbox = {
    async claim() {
      told.claimed = waiting.length > 0
      return waiting
    },
    async markPublished() {
      told.marked = true
      waiting = []
    },
    waitForWork: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    pending: async () => waiting.length,
  }
  const relay = startRelay({
    name: 'test',
    kafka: topics.kafka,
    outbox,
    log: silent,
    registry: new Registry(),
  })
  return { told, relay }
}
const sent = async (subject: string) =>
  (await topics.read('content')).filter(({ key }) => key === subject).length

describe('a fail point of the relay', () => {
  it('stands between the claim and the send', async () => {
    arm('relay.claimed', { action: 'delay', ms: 3000 })
    const subject = uuidv7()
    const { told, relay } = oneFact(subject)
    await settle(() => told.claimed)
    expect(await sent(subject)).toBe(0)
    await relay.idle()
    expect([await sent(subject), told.marked]).toEqual([1, true])
    await relay.stop()
  })

  it('stands between the confirmation and the mark', async () => {
    arm('relay.sent', { action: 'delay', ms: 4000 })
    const subject = uuidv7()
    const { told, relay } = oneFact(subject)
    await settle(async () => (await sent(subject)) === 1)
    expect(told.marked).toBe(false)
    await relay.idle()
    expect([await sent(subject), told.marked]).toEqual([1, true])
    await relay.stop()
  })
})

describe('a fail point of a consumer', () => {
  async function consumed(subject: string, batch: ConsumerOptions['batch']) {
    const sender = await topics.kafka.openSender()
    await sender.send([toMessage(deleted(subject, 1))])
    await sender.close()
    const group = `test-${randomUUID()}`
    const registry = new Registry()
    const options = { kafka: topics.kafka, group, topics: ['content'], log: silent, registry, batch }
    const consumer = startConsumer({ ...options, isOutage: () => false })
    await consumer.idle()
    await consumer.stop()
    return (await topics.read('content.dead')).filter(({ key }) => key === subject).length
  }

  it('stands behind the effect and before the offset, and counts as a failed try', async () => {
    arm('consumer.handled', { action: 'throw' })
    const subject = uuidv7()
    // Of whichever events it meets first: the topic holds those of other tests too, in other partitions.
    const effects = new Map<string, number>()
    const dead = await consumed(subject, async (events) => {
      for (const { id } of events) effects.set(id, (effects.get(id) ?? 0) + 1)
    })
    expect([Math.max(...effects.values()), dead]).toEqual([2, 0])
  })

  it('may last longer than the session: the partition is kept', async () => {
    arm('consumer.handling', { action: 'delay', ms: 8000 })
    const subject = uuidv7()
    let effects = 0
    await consumed(subject, async (events) => {
      effects += events.filter((event) => event.subject === subject).length
    })
    expect(effects).toBe(1)
  })
})
