import { deadTopic, type EventRecord } from '@marquee/contracts'
import { failPoint } from '@marquee/faults'
import type { Registry } from 'prom-client'
import type { Kafka, OutMessage } from './handle.js'
import { toMessage } from './message.js'
import { relayMetrics } from './metrics.js'
import { steadySender } from './steady-sender.js'
import { type Log, pause, withDeadline } from './waiting.js'

/** Where facts wait. Only a leader's claim answers anything; marking is without effect for one who leads no more. */
export interface Outbox {
  /** At most `limit` facts, a subject's in the order of its versions, none before an earlier one of its subject is published. */
  claim(limit: number): Promise<EventRecord[]>
  markPublished(records: EventRecord[]): Promise<void>
  /** Resolves when there may be work, at the latest after `ms`. */
  waitForWork(ms: number): Promise<void>
  pending(): Promise<number>
  /** Keeps claimed facts ours; false: somebody else sends them now. */
  renew?(records: EventRecord[]): Promise<boolean>
  /** Lets another instance lead, if there is one: facts do not get through from here. */
  standAside?(): void
  /** Milliseconds since the oldest unpublished fact was stated. */
  oldestMs?(): Promise<number>
  /** Forgets what was published long ago. */
  prune?(): Promise<void>
  close?(): Promise<void>
}

export interface Relay {
  /** Ends within 10 s, also with Kafka down or frozen; what is not confirmed stays in the outbox. */
  stop(): Promise<void>
  /** Resolves when everything stated so far is confirmed. */
  idle(): Promise<void>
}

export interface RelayOptions {
  name: string
  kafka: Kafka
  outbox: Outbox
  log: Log
  registry: Registry
  /** Sends that fail for so long while we lead make us stand aside: another instance may reach Kafka. */
  patienceMs?: number
}

const batchSize = 100
const gatherMs = 20
const pollMs = 1000
const measureEveryMs = 5000
const pruneEveryMs = 600_000
const stopWithinMs = 4500
// Under the broker's limit of 1 MB for a batch of one partition, with room for headers.
const bytesPerSend = 500_000
const largestMessage = 950_000

/** One loop, one request in flight: claim, send, wait for all acks, mark. */
export function startRelay(options: RelayOptions): Relay {
  const { name, outbox, log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const sender = steadySender(options.kafka)
  const metrics = relayMetrics(options.registry)
  const state = { busy: false }
  const publish = publisher(options, sender.send, metrics, signal)

  const step = async () => {
    state.busy = true
    const claimedAt = performance.now()
    const records = await outbox.claim(batchSize)
    if (records.length > 0) await publish(records, claimedAt)
    state.busy = false
    if (records.length === 0) await outbox.waitForWork(pollMs)
    // Facts come in groups: a short wait makes one request of them.
    if (records.length < batchSize) await pause(gatherMs, signal)
  }
  const run = async () => {
    while (!signal.aborted) {
      try {
        await step()
      } catch (error) {
        state.busy = false
        log.warn({ err: error, relay: name }, 'outbox not reached')
        await pause(500, signal)
      }
    }
  }
  const loop = run()
  const chores = [
    repeat(measureEveryMs, signal, () => measure(name, outbox, metrics)),
    repeat(pruneEveryMs, signal, async () => await outbox.prune?.()),
  ]

  const stop = async () => {
    stopping.abort()
    await withDeadline(Promise.all([loop, ...chores]), stopWithinMs, 'relay not stopped').catch(() => {})
    await withDeadline(Promise.all([sender.close(), outbox.close?.()]), 3000, 'not closed').catch(() => {})
  }
  let stopped: Promise<void> | undefined

  return {
    stop() {
      stopped ??= stop()
      return stopped
    },
    async idle() {
      while (state.busy || (await outbox.pending()) > 0) await pause(20, signal)
    },
  }
}

type Metrics = ReturnType<typeof relayMetrics>

async function measure(name: string, outbox: Outbox, metrics: Metrics): Promise<void> {
  metrics.depth.set({ relay: name }, await outbox.pending())
  if (outbox.oldestMs) metrics.age.set({ relay: name }, (await outbox.oldestMs()) / 1000)
}

async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => {})
    await pause(everyMs, signal)
  }
}

/** Sends claimed facts until they are confirmed, in order, or until they are no longer ours. */
function publisher(
  { name, outbox, log, patienceMs }: RelayOptions,
  send: (messages: OutMessage[]) => Promise<void>,
  metrics: Metrics,
  signal: AbortSignal,
) {
  const patience = patienceOf(patienceMs)
  const ours = async (records: EventRecord[]) => (outbox.renew ? await outbox.renew(records) : true)

  async function untilConfirmed(
    records: EventRecord[],
    messages: OutMessage[],
    claimedAt: number,
  ): Promise<boolean> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      let sending = false
      try {
        await failPoint('relay.claimed')
        // A process that was frozen since its claim asks again before it sends.
        const fresh = attempt === 0 && performance.now() - claimedAt < 2000
        if (!fresh && !(await ours(records))) return false
        sending = true
        await send(messages)
        patience.renew()
        return true
      } catch (error) {
        log.warn({ err: error, relay: name, attempt }, 'not published yet')
        if (sending) {
          metrics.failures.inc({ relay: name })
          if (patience.ends()) outbox.standAside?.()
        }
        await pause(Math.min(200 * 2 ** attempt, 2000), signal)
      }
    }
    return false
  }

  /** What is confirmed and not marked would be sent again. */
  async function untilMarked(records: EventRecord[]): Promise<void> {
    for (;;) {
      try {
        await failPoint('relay.sent')
        return await outbox.markPublished(records)
      } catch (error) {
        if (signal.aborted) throw error
        log.warn({ err: error, relay: name }, 'published, not marked yet')
        await pause(500, signal)
      }
    }
  }

  return async (records: EventRecord[], claimedAt: number): Promise<void> => {
    for (const part of portions(records)) {
      if (!(await untilConfirmed(part.records, part.messages, claimedAt))) return
      await untilMarked(part.records)
      metrics.published.inc({ relay: name }, part.records.length)
    }
  }
}

/**
 * Ends when sends have failed for so long, and is twice as long the next time: instances of which none reaches Kafka would take turns
 * at leading for nothing.
 */
function patienceOf(ms = 20_000, mostMs = 16 * ms) {
  let left = ms
  let failingSince: number | undefined
  return {
    renew() {
      left = ms
      failingSince = undefined
    },
    ends(): boolean {
      failingSince ??= performance.now()
      if (performance.now() - failingSince < left) return false
      left = Math.min(left * 2, mostMs)
      failingSince = undefined
      return true
    },
  }
}

/** Parts that the broker takes in one request. A fact too large for any goes to the dead letters: it must not stop the others. */
function portions(records: EventRecord[]): { records: EventRecord[]; messages: OutMessage[] }[] {
  const parts: { records: EventRecord[]; messages: OutMessage[] }[] = []
  let room = 0
  for (const record of records) {
    const bytes = Buffer.byteLength(record.body) + 1000
    if (parts.length === 0 || bytes > room) {
      parts.push({ records: [], messages: [] })
      room = bytesPerSend
    }
    room -= bytes
    const message = toMessage(record)
    const last = parts[parts.length - 1]!
    last.records.push(record)
    last.messages.push(bytes > largestMessage ? tooLarge(message) : message)
  }
  return parts
}

const tooLarge = (message: OutMessage): OutMessage => ({
  ...message,
  topic: deadTopic(message.topic),
  headers: {
    ...message.headers,
    dead_topic: message.topic,
    dead_error: 'larger than the topic takes',
    dead_attempts: '0',
  },
})
