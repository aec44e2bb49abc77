import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { topics as contractTopics, deadLetterRetentionMs } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { Kafka, logLevel } from 'kafkajs'
import { connectKafka, ensureTopics } from './index.js'
import { type OwnTopics, ownTopics, silent } from './testing/world.js'

let topics: OwnTopics
beforeAll(async () => {
  topics = await ownTopics()
})
afterAll(() => topics.kafka.close())

describe('ensureTopics', () => {
  it('is content with what it made, dead letters included', async () => {
    expect(await ensureTopics(topics.kafka, ['content'])).toEqual({ differs: [] })
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
        `${other.prefix}content.stats: retention.ms is 1000, not ${contractTopics['content.stats'].retentionMs}`,
      ],
    }
    expect(await ensureTopics(kafka, ['content.stats'])).toEqual(expected)
    expect(await ensureTopics(kafka, ['content.stats'])).toEqual(expected)
    expect(deadLetterRetentionMs).toBeGreaterThan(contractTopics['content.viewed'].retentionMs)
    await kafka.close()
  })

  it('knows only the topics of the contracts', async () => {
    await expect(ensureTopics(topics.kafka, ['gossip'])).rejects.toThrow('no topic gossip')
  })
})
