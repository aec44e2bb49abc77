import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { connectKafka, createMessages, type Kafka } from './index.js'
import { type OwnTopics, ownTopics, silent } from './testing/world.js'

type Made = Awaited<ReturnType<Kafka['ensure']>>

let own: OwnTopics
beforeAll(async () => {
  own = await ownTopics()
})
afterAll(() => own.kafka.close())

/** Tells what became of one part, in order. */
function noted() {
  const notes: string[] = []
  const note = (text: string) => async () => void notes.push(text)
  const start = () => {
    notes.push('started')
    return [{ idle: note('idle'), stop: note('stopped') }]
  }
  return { notes, start, stop: note('stopped the rest') }
}

describe('messages', () => {
  it('begin when Kafka answers, however often it did not, and end in order', async () => {
    let refusals = 1
    const ensure = (names: string[]) => {
      if (refusals-- > 0) return Promise.reject(new Error('Kafka did not answer'))
      return own.kafka.ensure(names)
    }
    const { notes, start, stop } = noted()
    const kafka = { ...own.kafka, ensure }
    const messages = createMessages({
      kafka,
      topics: ['content'],
      log: silent,
      registry: new Registry(),
      start,
      stop,
    })
    messages.background.start()
    expect(notes).toEqual([])
    await messages.idle()
    expect(notes).toEqual(['started', 'idle'])
    await messages.background.stop()
    expect(notes).toEqual(['started', 'idle', 'stopped', 'stopped the rest'])
  })

  it('show which topics are not as they should be', async () => {
    const ensure = async () => ({
      differs: ['content: 2 partitions, not 6'],
      topics: [
        { topic: 'content', differs: ['content: 2 partitions, not 6'] },
        { topic: 'content.dead', differs: [] },
      ],
    })
    const registry = new Registry()
    const { start } = noted()
    const kafka = { ...own.kafka, ensure }
    const messages = createMessages({ kafka, topics: ['content'], log: silent, registry, start })
    messages.background.start()
    await messages.idle()
    const shown = await registry.metrics()
    expect(shown).toContain('marquee_topic_differs{topic="content"} 1')
    expect(shown).toContain('marquee_topic_differs{topic="content.dead"} 0')
    await messages.background.stop()
  })

  it('that are stopped before Kafka answers never begin, and do not wait for it', async () => {
    const asked: string[][] = []
    let answer: (made: Made) => void = () => {}
    const ensure = (names: string[]) => {
      asked.push(names)
      return new Promise<Made>((resolve) => {
        answer = resolve
      })
    }
    const { notes, start } = noted()
    const kafka = { ...own.kafka, ensure }
    const messages = createMessages({
      kafka,
      topics: ['content'],
      log: silent,
      registry: new Registry(),
      start,
    })
    messages.background.start()
    await settle(() => asked.length === 1)
    await messages.background.stop()
    answer({ differs: [], topics: [] })
    await messages.idle()
    expect(notes).toEqual([])
  })

  it('are as ready as each of their parts, and while Kafka is not there', async () => {
    const { start } = noted()
    let stuck = false
    const ready = () => {
      if (stuck) throw new Error('rebuilt in vain')
    }
    const parts = () => start().map((part) => ({ ...part, ready }))
    const messages = createMessages({
      kafka: own.kafka,
      topics: ['content'],
      log: silent,
      registry: new Registry(),
      start: () => [...parts(), ...start()],
    })
    await messages.ready()
    messages.background.start()
    await messages.idle()
    await messages.ready()
    stuck = true
    await expect(messages.ready()).rejects.toThrow('rebuilt in vain')
    await messages.background.stop()
  })

  it('that are stopped while Kafka is away give up', async () => {
    const kafka = connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', log: silent })
    const warned: string[] = []
    const log = { ...silent, warn: (_: object, text: string) => void warned.push(text) }
    const { notes, start } = noted()
    const messages = createMessages({ kafka, topics: ['content'], log, registry: new Registry(), start })
    messages.background.start()
    await settle(() => warned.length > 0)
    await messages.background.stop()
    await messages.idle()
    expect(notes).toEqual([])
    await kafka.close()
  })
})
