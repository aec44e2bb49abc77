import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { topics as contractTopics, deadLetterRetentionMs } from '@marquee/contracts'
import { installClock, settle } from '@marquee/test-kit'
import { Kafka, logLevel } from 'kafkajs'
import { readReplication } from './config.js'
import { connectKafka, differences, ensureTopics, wantedTopics } from './index.js'
import { type OwnTopics, ownTopics, silent } from './testing/world.js'

const setClock = installClock()

let topics: OwnTopics
beforeAll(async () => {
  topics = await ownTopics()
})
afterAll(() => topics.kafka.close())

describe('ensureTopics', () => {
  it('is content with what it made, dead letters included', async () => {
    expect(await ensureTopics(topics.kafka, ['content'])).toEqual({
      differs: [],
      topics: [
        { topic: 'content', differs: [] },
        { topic: 'content.dead', differs: [] },
      ],
    })
    expect(await topics.read('content.dead')).toEqual([])
  })

  it('tells what differs in topics that others made, and changes nothing', async () => {
    const admin = new Kafka({ brokers: topics.brokers, logLevel: logLevel.NOTHING }).admin()
    const other = { ...topics, prefix: `${topics.topicPrefix}other.` }
    await admin.connect()
    const entries = [{ name: 'retention.ms', value: '1000' }]
    await admin.createTopics({
      topics: [{ topic: `${other.prefix}content.stats`, numPartitions: 2, configEntries: entries }],
      waitForLeaders: false,
    })
    await settle(async () => (await admin.listTopics()).includes(`${other.prefix}content.stats`))
    await admin.disconnect()
    const kafka = connectKafka({
      brokers: topics.brokers,
      clientId: 'test',
      log: silent,
      topicPrefix: other.prefix,
    })
    const expected = {
      differs: [
        `${other.prefix}content.stats: 2 partitions, not 6`,
        `${other.prefix}content.stats: message.timestamp.type is CreateTime, not LogAppendTime`,
        `${other.prefix}content.stats: retention.ms is 1000, not ${contractTopics['content.stats'].retentionMs}`,
      ],
    }
    expect(await ensureTopics(kafka, ['content.stats'])).toMatchObject(expected)
    expect(await ensureTopics(kafka, ['content.stats'])).toMatchObject({
      ...expected,
      topics: [
        { topic: 'content.stats', differs: expected.differs },
        { topic: 'content.stats.dead', differs: [] },
      ],
    })
    expect(deadLetterRetentionMs).toBeGreaterThan(contractTopics['content.viewed'].retentionMs)
    await kafka.close()
  })

  it('takes messages of a writer whose clock is hours ahead', async () => {
    await ensureTopics(topics.kafka, ['content'])
    const sender = await topics.kafka.openSender()
    setClock(3 * 3_600_000)
    try {
      await sender.send([{ topic: 'content', key: 'a', value: '{}', headers: {} }])
    } finally {
      setClock(0)
      await sender.close()
    }
    expect(await topics.read('content')).toHaveLength(1)
  })

  it('wants as many copies as a cluster is said to have, of which all but one must confirm', () => {
    const [topic] = wantedTopics(
      'content',
      (name) => name,
      readReplication({ MARQUEE_KAFKA_REPLICATION: '3' }),
    )
    expect(topic).toMatchObject({ replication: 3, config: { 'min.insync.replicas': '2' } })
    expect(differences([topic!], [{ ...topic!, replication: 1 }])).toEqual(['content: 1 copies, not 3'])
    expect([readReplication({}), readReplication({ MARQUEE_KAFKA_REPLICATION: '' })]).toEqual([1, 1])
    expect(() => readReplication({ MARQUEE_KAFKA_REPLICATION: 'all' })).toThrow('MARQUEE_KAFKA_REPLICATION')
  })

  it('knows only the topics of the contracts', async () => {
    await expect(ensureTopics(topics.kafka, ['gossip'])).rejects.toThrow('no topic gossip')
  })
})
