import { connectKafka, startRelay } from '@marquee/events'
import { silentLogger as log, Registry } from '@marquee/service-kit'
import { testEngines } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'

export interface Told {
  type: string
  /** By default `id` of the data. */
  subject?: string
  version: number
  data: object
}

/** Sends events as the relay of their owner would. */
export async function publish(topicPrefix: string, events: Told[]): Promise<void> {
  const kafka = connectKafka({ brokers: testEngines().kafka, clientId: 'test', log, topicPrefix })
  let waiting = events.map(({ type, subject, version, data }) => ({
    id: uuidv7(),
    type,
    schemaVersion: 1,
    time: new Date().toISOString(),
    subject: subject ?? String((data as { id?: string }).id),
    subjectVersion: version,
    producer: 'test',
    body: JSON.stringify(data),
  }))
  const outbox = {
    claim: async () => waiting,
    markPublished: async () => {
      waiting = []
    },
    waitForWork: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 20))),
    pending: async () => waiting.length,
  }
  const relay = startRelay({ name: 'test', kafka, outbox, log, registry: new Registry() })
  await relay.idle()
  await relay.stop()
  await kafka.close()
}
