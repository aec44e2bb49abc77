import { randomUUID } from 'node:crypto'
import { connectKafka, ensureTopics, type Kafka, type Outbox, startRelay, toMessage } from '@marquee/events'
import { createLogger, Registry } from '@marquee/service-kit'
import { connected, openCounters } from '@marquee/trending/counters-store'
import { streamOutbox } from '@marquee/trending/outbox-store'
import { v7 as uuidv7 } from 'uuid'
import { median } from './measure.js'

const log = createLogger('bench', 'fatal')

export interface Publishing {
  /** CPU per event of this process, ours against one send per event; the median of the rounds. */
  ratio: number
  /** Microseconds. */
  relay: number
  oneByOne: number
}

/**
 * A backlog of views drained into Kafka: by the relay, and by a loop that differs in nothing but that it sends each event in a
 * request of its own. Both take turns, each with a client of its own per round.
 */
export async function publishViews(
  countersUrl: string,
  brokers: string[],
  { rounds, views }: { rounds: number; views: number },
): Promise<Publishing> {
  const topicPrefix = `bench-${randomUUID().slice(0, 8)}.`
  const kafka = connectKafka({ brokers, clientId: 'bench', log, topicPrefix })
  await ensureTopics(kafka, ['content.viewed'])
  const stream = await openStream(countersUrl)
  const cpuOf = async (drain: typeof byRelay) => {
    await stream.fill(views)
    const before = process.cpuUsage()
    await drain(kafka, stream.outbox)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / views
  }
  try {
    await cpuOf(byRelay)
    await cpuOf(oneByOne)
    const pairs: { relay: number; oneByOne: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const first = await cpuOf(round % 2 === 0 ? byRelay : oneByOne)
      const second = await cpuOf(round % 2 === 0 ? oneByOne : byRelay)
      pairs.push(round % 2 === 0 ? { relay: first, oneByOne: second } : { relay: second, oneByOne: first })
    }
    return {
      ratio: median(pairs.map((pair) => pair.relay / pair.oneByOne)),
      relay: median(pairs.map((pair) => pair.relay)),
      oneByOne: median(pairs.map((pair) => pair.oneByOne)),
    }
  } finally {
    await stream.close()
    await kafka.close()
  }
}

async function byRelay(kafka: Kafka, outbox: Outbox): Promise<void> {
  const relay = startRelay({ name: 'bench', kafka, outbox, log, registry: new Registry() })
  await relay.idle()
  await relay.stop()
}

async function oneByOne(kafka: Kafka, outbox: Outbox): Promise<void> {
  const sender = await kafka.openSender()
  for (;;) {
    const records = await outbox.claim(100)
    if (records.length === 0) break
    for (const record of records) await sender.send([toMessage(record)])
    await outbox.markPublished(records)
  }
  await sender.close()
}

/** A stream of the bench's own, in the counters, with views as the script that counts them writes them. */
async function openStream(url: string) {
  const root = `{bench:${randomUUID()}}`
  const counters = openCounters({ url, purpose: 'background', log, root })
  const blocking = openCounters({ url, purpose: 'blocking', log, root })
  await Promise.all([connected(counters), connected(blocking)])
  const token = (await counters.run('takeLease', 'bench', 3_600_000)) as string
  const outbox = streamOutbox({ counters, blocking, lease: { holder: 'bench', token: () => token } })
  const { redis } = counters
  // The first claim makes the group.
  await outbox.claim(1)
  const titles = Array.from({ length: 50 }, () => randomUUID())
  return {
    outbox,
    async fill(views: number): Promise<void> {
      const pipeline = redis.pipeline()
      for (let n = 0; n < views; n++) pipeline.xadd(counters.key('outbox'), '*', ...view(titles[n % 50]!, n))
      await pipeline.exec()
    },
    async close(): Promise<void> {
      for (const name of ['outbox', 'lease', 'epoch']) await redis.del(counters.key(name))
      counters.close()
      blocking.close()
    },
  }
}

function view(contentId: string, version: number): string[] {
  const body = { contentId, viewerKey: randomUUID(), userId: null, sessionId: null }
  const fields = { type: 'content.viewed', id: uuidv7(), subject: contentId, version, ms: Date.now() }
  const all = { ...fields, body: JSON.stringify(body), trace: '' }
  return Object.entries(all).flatMap(([name, value]) => [name, String(value)])
}
