import { describe, expect, it } from '@jest/globals'
import { installClock, settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import type { Batch, InMessage, Reader } from './handle.js'
import { type Kafka, startConsumer } from './index.js'
import { toMessage } from './message.js'
import { deleted, silent } from './testing/world.js'

const setClock = installClock()

interface Own {
  reader: Reader
  crash: (error: Error) => void
  closed: boolean
  onBatch: (batch: Batch) => Promise<void>
}

/** A client whose fate the test decides: the real one does not crash on demand. */
function fatefulKafka(behind: number, answers = () => true) {
  const readers: Own[] = []
  const kafka = {
    clientId: 'test',
    log: silent,
    async openReader({ onBatch }: Pick<Own, 'onBatch'>) {
      let crash: (error: Error) => void = () => {}
      const crashed = new Promise<Error>((resolve) => {
        crash = resolve
      })
      const own = {
        crash,
        closed: false,
        onBatch,
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
    async positions() {
      if (!answers()) throw new Error('Kafka did not answer')
      return [
        { topic: 'content', partition: 0, behind },
        { topic: 'content', partition: 1, behind: 1000 },
      ]
    },
  } as unknown as Kafka
  return { kafka, readers }
}

const start = (kafka: Kafka, stuckAfterMs: number) =>
  startConsumer({
    kafka,
    group: 'test',
    topics: ['content'],
    batch: async () => {},
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

  it('would send no heartbeat for an hour, as the clock was set back, gets a new one', async () => {
    setClock(3_600_000)
    const { kafka, readers } = fatefulKafka(0)
    const consumer = start(kafka, 400)
    await settle(() => readers.length === 1)
    setClock(0)
    await settle(() => readers.length === 2)
    consumer.ready()
    await consumer.stop()
  })

  it('stands still behind what is its own gets a new one, and is not ready when three have not helped', async () => {
    const { kafka, readers } = fatefulKafka(5)
    const consumer = start(kafka, 100)
    await settle(() => readers.length === 4)
    expect(() => consumer.ready()).toThrow('in vain')
    await consumer.stop()
  })

  it('moves again is ready again, however much is left to do', async () => {
    const { kafka, readers } = fatefulKafka(5)
    const consumer = start(kafka, 400)
    await settle(() => readers.length === 4, { timeoutMs: 10_000 })
    expect(() => consumer.ready()).toThrow('in vain')
    const { key, value, headers } = toMessage(deleted(uuidv7(), 1))
    const place = { topic: 'content', partition: 0, offset: '7', rawKey: null }
    const received: InMessage = { ...place, key: String(key), value: Buffer.from(String(value)), headers }
    const committed: string[] = []
    await readers[3]?.onBatch({
      messages: [received],
      heartbeat: async () => {},
      commit: async ({ offset }) => void committed.push(offset),
      isRunning: () => true,
    })
    expect(committed).toEqual(['7'])
    consumer.ready()
    await consumer.stop()
  })

  it('crashes again and again while Kafka is away was not rebuilt in vain', async () => {
    let here = false
    const { kafka, readers } = fatefulKafka(5, () => here)
    const consumer = start(kafka, 100)
    for (let crashes = 1; crashes <= 4; crashes += 1) {
      await settle(() => readers.length === crashes)
      readers.at(-1)?.crash(new Error('broker gone'))
    }
    consumer.ready()
    here = true
    await settle(() => {
      try {
        consumer.ready()
        return false
      } catch {
        return true
      }
    })
    await consumer.stop()
  })

  it('crashes again and again although Kafka answers is not ready', async () => {
    const { kafka, readers } = fatefulKafka(5)
    const consumer = start(kafka, 300)
    let crashed = 0
    await settle(
      () => {
        for (; crashed < readers.length; crashed += 1) readers[crashed]?.crash(new Error('cannot decode'))
        try {
          consumer.ready()
          return false
        } catch {
          return true
        }
      },
      { timeoutMs: 10_000 },
    )
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
