import { describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import type { Reader } from './handle.js'
import { type Kafka, startConsumer } from './index.js'
import { silent } from './testing/world.js'

/** A client whose fate the test decides: the real one does not crash on demand. */
function fatefulKafka(behind: number) {
  const readers: { reader: Reader; crash: (error: Error) => void; closed: boolean }[] = []
  const kafka = {
    clientId: 'test',
    log: silent,
    async openReader() {
      let crash: (error: Error) => void = () => {}
      const crashed = new Promise<Error>((resolve) => {
        crash = resolve
      })
      const own = {
        crash,
        closed: false,
        reader: {
          crashed,
          assigned: () => new Set(['content/0']),
          async close() {
            own.closed = true
          },
        },
      }
      readers.push(own)
      return own.reader
    },
    positions: async () => [
      { topic: 'content', partition: 0, behind },
      { topic: 'content', partition: 1, behind: 1000 },
    ],
  } as unknown as Kafka
  return { kafka, readers }
}

const start = (kafka: Kafka, stuckAfterMs: number) =>
  startConsumer({
    kafka,
    group: 'test',
    topics: ['content'],
    handlers: {},
    isOutage: () => false,
    log: silent,
    registry: new Registry(),
    stuckAfterMs,
  })

describe('a consumer whose client', () => {
  it('has crashed gets a new one', async () => {
    const { kafka, readers } = fatefulKafka(0)
    const consumer = start(kafka, 60_000)
    await settle(() => readers.length === 1)
    readers[0]?.crash(new Error('no more retries'))
    await settle(() => readers.length === 2)
    expect([readers[0]?.closed, readers[1]?.closed]).toEqual([true, false])
    consumer.ready()
    await consumer.stop()
    expect(readers[1]?.closed).toBe(true)
  })

  it('stands still behind what is its own gets a new one, and is not ready when three have not helped', async () => {
    const { kafka, readers } = fatefulKafka(5)
    const consumer = start(kafka, 100)
    await settle(() => readers.length === 4)
    expect(() => consumer.ready()).toThrow('rebuilt 3 times')
    await consumer.stop()
  })

  it('has nothing of its own to do is left alone', async () => {
    const { kafka, readers } = fatefulKafka(0)
    const consumer = start(kafka, 40)
    const started = performance.now()
    await settle(() => performance.now() - started > 400)
    expect(readers).toHaveLength(1)
    await consumer.stop()
  })
})
