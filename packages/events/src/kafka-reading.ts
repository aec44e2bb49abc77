import type { Kafka as Client, Consumer, EachBatchPayload } from 'kafkajs'
import { textHeaders } from './kafka.js'
import type { ReadOptions, StoredMessage } from './operator.js'
import { aborted, pause, withDeadline } from './waiting.js'

/** A partition, what is to be read of it next, and where it ended when reading began. */
export interface Place {
  topic: string
  partition: number
  next: bigint
  end: bigint
}

const stalledAfterMs = 20_000
const closeWithinMs = 3000

/**
 * Reads partitions from their places, with a group of its own that commits nothing and is removed afterwards. A client that crashes is
 * opened again where it was, so that a watcher outlives a restart of Kafka.
 */
export async function readPlaces(
  client: Client,
  groupId: string,
  places: Place[],
  options: ReadOptions,
  logical: (topic: string) => string,
  removeGroup: (groupId: string) => Promise<unknown>,
): Promise<void> {
  const { until, signal, onProgress } = options
  const all = places.reduce((sum, { next, end }) => sum + Number(end - next), 0)
  const left = () => places.filter(({ next, end }) => next < end)
  onProgress?.(0, all)
  if (places.length === 0 || (until === 'end' && left().length === 0)) return
  const ended = () => signal?.aborted === true || (until === 'end' && left().length === 0)
  try {
    for (let crashes = 0; !ended(); crashes += 1) {
      const crash = await readOnce(client, groupId, places, options, logical, ended, () =>
        onProgress?.(all - left().reduce((sum, { next, end }) => sum + Number(end - next), 0), all),
      )
      if (crash === undefined) continue
      if (until === 'end' && crashes >= 3) throw crash
      await pause(1000, signal)
    }
  } finally {
    await removeGroup(groupId).catch(() => {})
  }
}

/** Resolves when reading has ended, or to what the client crashed of. */
async function readOnce(
  client: Client,
  groupId: string,
  places: Place[],
  { until, signal, onMessages }: ReadOptions,
  logical: (topic: string) => string,
  ended: () => boolean,
  moved: () => void,
): Promise<Error | undefined> {
  const consumer = client.consumer({
    groupId,
    sessionTimeout: 30_000,
    maxWaitTimeInMs: 300,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 4, restartOnFailure: async () => false },
  })
  const over = new AbortController()
  let lastMove = Date.now()
  let failure: unknown
  const onBatch = async ({ batch, heartbeat }: EachBatchPayload) => {
    lastMove = Date.now()
    const place = places.find((one) => one.topic === batch.topic && one.partition === batch.partition)
    if (!place || over.signal.aborted) return
    const messages = batch.messages
      .filter(
        ({ offset }) => BigInt(offset) >= place.next && (until === 'stopped' || BigInt(offset) < place.end),
      )
      .map((message) => stored(message, logical(batch.topic), batch.partition))
    try {
      if (messages.length > 0) await onMessages(messages)
    } catch (error) {
      failure = error
      over.abort()
      return
    }
    // The last of a batch need not be a message: compaction leaves gaps.
    const next = BigInt(batch.lastOffset()) + 1n
    if (next > place.next) place.next = next
    lastMove = Date.now()
    moved()
    if (ended()) over.abort()
    await heartbeat()
  }
  const stop = () => over.abort()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const crash = await Promise.race([
      run(consumer, places, onBatch),
      ...(until === 'end' ? [stalled(() => lastMove, over.signal)] : []),
      aborted(over.signal).then(() => undefined),
    ])
    if (failure !== undefined) throw failure
    return crash
  } finally {
    over.abort()
    signal?.removeEventListener('abort', stop)
    await withDeadline(consumer.disconnect(), closeWithinMs, 'not closed').catch(() => {})
  }
}

/** Resolves to what the client crashed of; never where it goes well. */
async function run(
  consumer: Consumer,
  places: Place[],
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<Error> {
  const crashed = new Promise<Error>((resolve) => {
    consumer.on('consumer.crash', ({ payload }) => resolve(payload.error))
  })
  try {
    await consumer.connect()
    const topics = [...new Set(places.map(({ topic }) => topic))]
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch })
    for (const { topic, partition, next } of places)
      consumer.seek({ topic, partition, offset: next.toString() })
  } catch (error) {
    return error as Error
  }
  return await crashed
}

async function stalled(lastMove: () => number, signal: AbortSignal): Promise<Error | undefined> {
  while (!signal.aborted) {
    await pause(1000, signal)
    if (Date.now() - lastMove() > stalledAfterMs)
      return new Error(`Kafka handed nothing over for ${stalledAfterMs / 1000} s`)
  }
  return undefined
}

const stored = (
  { offset, key, value, headers, timestamp }: EachBatchPayload['batch']['messages'][number],
  topic: string,
  partition: number,
): StoredMessage => ({
  topic,
  partition,
  offset,
  key: key?.toString() ?? null,
  rawKey: key,
  value,
  headers: textHeaders(headers),
  writtenMs: Number(timestamp),
})
