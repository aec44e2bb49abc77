import { Kafka, logLevel } from 'kafkajs'

export interface TopicMessage {
  partition: number
  offset: string
  key: string | null
  value: string
  headers: Record<string, string>
}

/**
 * Every message that a topic holds now, read by a client of its own: it shares nothing with packages/events but the library. The
 * end of each partition is taken first, so messages written meanwhile are not waited for.
 */
export async function readTopic(brokers: string[], topic: string): Promise<TopicMessage[]> {
  const clientId = `reader-${process.pid}-${Math.random().toString(36).slice(2)}`
  const kafka = new Kafka({ brokers, clientId, logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const ends = (await admin.fetchTopicOffsets(topic)).filter(({ low, high }) => BigInt(high) > BigInt(low))
    const left = new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]))
    const messages: TopicMessage[] = []
    if (left.size > 0) await consumeUntil(kafka, clientId, topic, left, messages)
    await admin.deleteGroups([clientId]).catch(() => undefined)
    return messages
  } finally {
    await admin.disconnect()
  }
}

async function consumeUntil(
  kafka: Kafka,
  groupId: string,
  topic: string,
  left: Map<number, bigint>,
  messages: TopicMessage[],
): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      const run = consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          const end = left.get(batch.partition)
          for (const { offset, key, value, headers = {} } of batch.messages) {
            if (end === undefined || BigInt(offset) >= end) continue
            messages.push({
              partition: batch.partition,
              offset,
              key: key?.toString() ?? null,
              value: value?.toString() ?? '',
              headers: Object.fromEntries(
                Object.entries(headers).map(([name, text]) => [name, String(text)]),
              ),
            })
          }
          // A transaction marker or a deleted range may end the partition without a message there.
          if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) left.delete(batch.partition)
          if (left.size === 0) resolve()
        },
      })
      run.catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
}
