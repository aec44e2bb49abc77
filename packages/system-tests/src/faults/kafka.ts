import { Kafka, logLevel } from 'kafkajs'
import { readRun } from '../platform.js'

const kafka = (patienceMs: number) =>
  new Kafka({
    brokers: readRun().engines.kafka,
    clientId: `faults-${process.pid}`,
    connectionTimeout: patienceMs,
    requestTimeout: patienceMs,
    retry: { retries: 2 },
    logLevel: logLevel.NOTHING,
  })

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Whether the broker is there and gives out what it holds. */
export async function kafkaAnswers(): Promise<boolean> {
  const admin = kafka(2_000).admin()
  try {
    await admin.connect()
    await admin.fetchTopicOffsets('content')
    return true
  } finally {
    await admin.disconnect()
  }
}

/** Of a message only what the checker asks about. */
export interface Told {
  topic: string
  partition: number
  offset: number
  id: string
  type: string
  subject: string
  subjectVersion: number
}

/** Reads topics as a client of its own, each time from where it was the last time, and keeps what it read. */
export function createTopicReader(topics: string[]) {
  const told = new Map<string, Told[]>(topics.map((topic) => [topic, []]))
  const next = new Map<string, Map<number, number>>()
  /** Ids that somebody put there who is no owner: poison of an earlier case stays in its topic. */
  const foreign = new Set<string>()

  async function readOn(): Promise<void> {
    const client = kafka(5_000)
    const admin = client.admin()
    await admin.connect()
    const groupId = `faults-${process.pid}-${Math.random().toString(36).slice(2)}`
    try {
      const ends = new Map<string, Map<number, number>>()
      const existing = new Set(await admin.listTopics())
      for (const topic of topics.filter((each) => existing.has(each))) {
        const offsets = await admin.fetchTopicOffsets(topic)
        const from = next.get(topic) ?? new Map<number, number>()
        for (const { partition, low } of offsets)
          from.set(partition, Math.max(from.get(partition) ?? 0, Number(low)))
        next.set(topic, from)
        const left = offsets.filter(({ partition, high }) => Number(high) > from.get(partition)!)
        if (left.length > 0)
          ends.set(topic, new Map(left.map(({ partition, high }) => [partition, Number(high)])))
      }
      if (ends.size === 0) return
      await consume(client, groupId, ends)
      await admin.deleteGroups([groupId]).catch(() => undefined)
    } finally {
      await admin.disconnect()
    }
  }

  async function consume(client: Kafka, groupId: string, ends: Map<string, Map<number, number>>) {
    const consumer = client.consumer({ groupId, maxWaitTimeInMs: 200 })
    // Offsets of a group could be set instead, which takes kafkajs 5 s for each topic.
    const seek = () => {
      for (const [topic, partitions] of ends)
        for (const partition of partitions.keys())
          consumer.seek({ topic, partition, offset: String(next.get(topic)!.get(partition)!) })
    }
    await consumer.connect()
    await consumer.subscribe({ topics: [...ends.keys()], fromBeginning: true })
    try {
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
        const run = consumer.run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const { topic, partition, messages } = batch
            const end = ends.get(topic)?.get(partition)
            if (end === undefined) return
            const from = next.get(topic)!
            for (const message of messages) keep(topic, partition, message, from)
            // A transaction marker or a deleted range may end the partition without a message there.
            if (Number(batch.lastOffset()) + 1 >= end) {
              from.set(partition, Math.max(from.get(partition)!, Number(batch.lastOffset()) + 1))
              ends.get(topic)!.delete(partition)
            }
            if ([...ends.values()].every(({ size }) => size === 0)) resolve()
          },
        })
        run.then(seek, reject)
        setTimeout(() => reject(new Error('the topics were not read within 20 s')), 20_000).unref()
      })
    } finally {
      // What kafkajs cannot end in time is left alone: its batches would be known already.
      await Promise.race([consumer.disconnect(), pause(3_000)])
    }
  }

  function keep(
    topic: string,
    partition: number,
    { offset, headers = {} }: { offset: string; headers?: Record<string, unknown> },
    from: Map<number, number>,
  ) {
    if (Number(offset) < from.get(partition)!) return
    from.set(partition, Number(offset) + 1)
    told.get(topic)!.push({
      topic,
      partition,
      offset: Number(offset),
      id: String(headers.ce_id),
      type: String(headers.ce_type),
      subject: String(headers.ce_subject),
      subjectVersion: Number(headers.ce_subjectversion),
    })
  }

  return { told, foreign, readOn }
}

export type TopicReader = ReturnType<typeof createTopicReader>
