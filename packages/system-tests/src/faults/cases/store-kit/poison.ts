import { randomUUID } from 'node:crypto'
import { type EventType, eventTypes, type TopicName, topicNames } from '@marquee/contracts'
import { readTopic, settle, type TopicMessage } from '@marquee/test-kit'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Scene } from '../../case.js'

/** A type of each topic that every consumer of the topic takes. */
const typesOf: Record<TopicName, EventType> = {
  content: 'content.created',
  'content.stats': 'content.stats',
  'content.viewed': 'content.viewed',
  episode: 'episode.created',
  review: 'review.posted',
  rating: 'rating.changed',
}

interface Poison {
  key: string
  value: string
  headers: Record<string, string>
}

const without = (headers: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))

/** What may be wrong with a message, made of a good one. */
const kinds: Record<string, (good: Poison) => Poison> = {
  'bad JSON': (good) => ({ ...good, value: '{"contentId": "' }),
  'wrong schema': (good) => ({ ...good, value: '{"nonsense":true}' }),
  'missing headers': (good) => ({ ...good, headers: without(good.headers, 'ce_id', 'ce_subject') }),
  'no type': (good) => ({ ...good, headers: without(good.headers, 'ce_type') }),
  'unknown version': (good) => ({ ...good, headers: { ...good.headers, ce_schemaversion: '99' } }),
  'wrong key': (good) => ({ ...good, key: randomUUID() }),
  '1 MB': (good) => ({ ...good, value: 'x'.repeat(1_040_000) }),
}

/** The latest good message of a topic; the load makes some of every kind. */
async function goodOf(scene: Scene, topic: TopicName): Promise<Poison> {
  const type = typesOf[topic]
  const version = String(eventTypes[type].version)
  const isGood = ({ key, headers }: TopicMessage) =>
    headers.ce_type === type && headers.ce_schemaversion === version && key === headers.ce_subject
  return await settle(
    async () => {
      const { kafka } = scene.run().engines
      const message = (await readTopic(kafka, topic)).findLast(isGood)
      if (!message) throw new Error(`no ${type} is in its topic`)
      return { key: message.key!, value: message.value, headers: message.headers }
    },
    { timeoutMs: 20_000, everyMs: 500 },
  )
}

const producerOf = ({ run }: Scene) =>
  new Kafka({ brokers: run().engines.kafka, clientId: 'poisoner', logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })

/** Puts one of each kind, and a good message for the second time, into every topic. Answers where the poison is: topic/partition/offset. */
export async function poisonEverything(scene: Scene): Promise<Map<string, string>> {
  const producer = producerOf(scene)
  const refs = new Map<string, string>()
  await producer.connect()
  try {
    for (const topic of topicNames) {
      const good = await goodOf(scene, topic)
      for (const [kind, spoil] of Object.entries(kinds)) {
        const fresh = { ...good, headers: { ...good.headers, ce_id: randomUUID() } }
        const [put] = await producer.send({ topic, messages: [spoil(fresh)] })
        refs.set(`${topic}/${put!.partition}/${put!.baseOffset}`, kind)
        await producer.send({ topic, messages: [good] })
      }
    }
  } finally {
    await producer.disconnect()
  }
  return refs
}
