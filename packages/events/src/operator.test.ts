import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { Registry } from 'prom-client'
import { connectOperator, decisionsTopic, type StoredMessage, startConsumer } from './index.js'
import { toMessage } from './message.js'
import { deleted, type OwnTopics, ownTopics, silent } from './testing/world.js'

let topics: OwnTopics
let operator: ReturnType<typeof connectOperator>
beforeAll(async () => {
  topics = await ownTopics()
  const { brokers, topicPrefix } = topics
  operator = connectOperator({ brokers, clientId: 'operator', log: silent, topicPrefix })
})
afterAll(async () => {
  await operator.close()
  await topics.kafka.close()
})

const subjects = ['a', 'b', 'c', 'd']
const put = (from: number, to: number) =>
  operator.send(
    subjects.flatMap((subject) =>
      Array.from({ length: to - from }, (_, n) => toMessage(deleted(subject, from + n))),
    ),
  )
const versions = (messages: StoredMessage[], subject: string) =>
  messages
    .filter(({ headers }) => headers.ce_subject === subject)
    .map(({ headers }) => Number(headers.ce_subjectversion))
const oneTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

describe('an operator reads', () => {
  it('all that topics hold, each message once and a subject in order, and says how far it is', async () => {
    await put(1, 51)
    const read: StoredMessage[] = []
    const progress: [number, number][] = []
    await operator.read({
      topics: ['content', 'episode', 'no.such.topic'],
      from: 'beginning',
      until: 'end',
      onMessages: (messages) => void read.push(...messages),
      onProgress: (...moved) => void progress.push(moved),
    })
    for (const subject of subjects) expect(versions(read, subject)).toEqual(oneTo(50))
    expect(read).toHaveLength(200)
    expect(read[0]).toMatchObject({ topic: 'content', headers: { ce_type: 'content.deleted' } })
    expect(Math.abs(read[0]!.writtenMs - Date.now())).toBeLessThan(60_000)
    expect([progress[0], progress.at(-1)]).toEqual([
      [0, 200],
      [200, 200],
    ])
  })

  it('from a time only what was written since', async () => {
    const before = Date.now()
    const since = await settle(() => Date.now() > before && Date.now())
    await put(51, 53)
    const read: StoredMessage[] = []
    await operator.read({
      topics: ['content'],
      from: Number(since),
      until: 'end',
      onMessages: (messages) => void read.push(...messages),
    })
    expect(read).toHaveLength(8)
    expect(versions(read, 'a')).toEqual([51, 52])
  })

  it('what comes from now on, until it is told to stop, and leaves no group behind', async () => {
    const stop = new AbortController()
    const read: StoredMessage[] = []
    const reading = operator.read({
      topics: ['content', 'content.dead'],
      from: 'end',
      until: 'stopped',
      signal: stop.signal,
      onMessages: (messages) => void read.push(...messages),
    })
    await settle(async () => {
      await put(60, 61)
      return read.length > 0
    })
    await put(61, 63)
    await settle(() => versions(read, 'd').includes(62))
    stop.abort()
    await reading
    expect(new Set(versions(read, 'a'))).toEqual(new Set([60, 61, 62]))
    await put(63, 64)
    expect(versions(read, 'a')).not.toContain(63)
  })

  it('and what its caller throws ends the reading', async () => {
    const failing = operator.read({
      topics: ['content'],
      from: 'beginning',
      until: 'end',
      onMessages: () => Promise.reject(new Error('a full disk')),
    })
    await expect(failing).rejects.toThrow('a full disk')
  })
})

describe('an operator sees', () => {
  it('where a group is in each of its topics, and that nobody is in another', async () => {
    const { kafka } = topics
    const consumer = startConsumer({
      ...{ kafka, group: 'readers', topics: ['content', 'episode'], log: silent, registry: new Registry() },
      batch: async () => {},
      isOutage: () => false,
    })
    await consumer.idle()
    const wanted = { readers: ['content', 'episode'], nobody: ['content'] }
    const rows = await settle(async () => {
      const found = await operator.groups(wanted)
      expect(found.filter(({ group }) => group === 'readers').map(({ assigned }) => assigned)).toEqual([6, 6])
      return found
    })
    const [content] = await operator.describe(['content'], ['retention.ms'])
    const end = content!.messages
    expect(rows).toEqual([
      expect.objectContaining({
        group: 'readers',
        topic: 'content',
        members: 1,
        end,
        committed: end,
        lag: 0,
      }),
      expect.objectContaining({ group: 'readers', topic: 'episode', members: 1, end: 0, lag: 0 }),
      expect.objectContaining({ group: 'nobody', members: 0, assigned: 0, committed: 0, end, lag: end }),
    ])
    await consumer.stop()
    await settle(async () =>
      expect((await operator.groups(wanted))[0]).toMatchObject({ members: 0, state: 'Empty', lag: 0 }),
    )
  })

  it('topics as they are, and makes one that is missing once', async () => {
    const settings = Object.keys(decisionsTopic.config)
    expect(await operator.describe([decisionsTopic.topic], settings)).toEqual([])
    await operator.make([decisionsTopic])
    await operator.make([decisionsTopic])
    expect(await operator.describe([decisionsTopic.topic, 'content'], settings)).toEqual([
      { ...decisionsTopic, replication: 1, messages: 0 },
      expect.objectContaining({ topic: 'content', partitions: 6, config: expect.anything() }),
    ])
    expect(await operator.topicNames()).toContain('content.viewed.dead')
  })
})
