import { randomUUID } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { type EventRecord, eventTypes, topicNames } from '@marquee/contracts'
import { readTopic, settle, testEngines } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import { connectKafka, ensureTopics, type Kafka } from '../index.js'

export const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Topics of the test file's own on the run's Kafka. */
export async function ownTopics() {
  const topicPrefix = `${randomUUID().slice(0, 8)}.`
  const brokers = testEngines().kafka
  const kafka = connectKafka({ brokers, clientId: 'test', log: silent, topicPrefix })
  await ensureTopics(kafka, topicNames)
  // A broker that was just started has not loaded its groups yet.
  await settle(() => kafka.positions('any', ['content']).then(Boolean, () => false), { timeoutMs: 30_000 })
  return { kafka, topicPrefix, brokers, read: (topic: string) => readTopic(brokers, topicPrefix + topic) }
}
export type OwnTopics = Awaited<ReturnType<typeof ownTopics>>

/** A view of a title: the smallest event whose order can be told by its number. */
export function deleted(subject: string, subjectVersion: number): EventRecord {
  const type = 'content.deleted'
  return {
    id: uuidv7(),
    type,
    schemaVersion: eventTypes[type].version,
    time: new Date().toISOString(),
    subject,
    subjectVersion,
    producer: 'catalog',
    body: JSON.stringify({ id: subject, slug: `title-${subjectVersion}` }),
  }
}

/** A Kafka that takes connections and never says a word, as a stopped process does. */
export async function frozenKafka(): Promise<{ kafka: Kafka; close(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const kafka = connectKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'test', log: silent })
  return {
    kafka,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
