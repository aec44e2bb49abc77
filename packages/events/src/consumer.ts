import type { ConsumerOptions } from './consumer-options.js'
import type { Batch, InMessage, Reader } from './handle.js'
import { createHandling } from './handling.js'
import { consumerMetrics } from './metrics.js'
import { steadySender } from './steady-sender.js'
import { aborted, pause, withDeadline } from './waiting.js'

export interface EventConsumer {
  /** Ends within 10 s, also with Kafka down or frozen. */
  stop(): Promise<void>
  /** Resolves when the group has done everything that is in the topics. */
  idle(): Promise<void>
  /** @throws when rebuilding has not helped three times. */
  ready(): void
}

const chunkSize = 100
const patience = 3
const lookEveryMs = 5000
const stopWithinMs = 4500

interface State {
  /** When something last moved, or was rightly waited for. */
  progressAt: number
  /** How often it stood still since something moved. */
  rebuilds: number
  reader: Reader | undefined
}

/** Consumes in the background from now on: Kafka may come later, go away and come back. */
export function startConsumer(options: ConsumerOptions): EventConsumer {
  const { kafka, group, topics, registry } = options
  const stopping = new AbortController()
  const metrics = consumerMetrics(registry)
  const sender = steadySender(kafka)
  const state: State = { progressAt: performance.now(), rebuilds: 0, reader: undefined }
  const handle = createHandling(options, metrics, sender.send)
  const onBatch = batchLoop(handle, state, options.sessionTimeoutMs ?? 6000, stopping.signal)
  const loop = supervise(options, state, metrics, onBatch, stopping.signal)

  return {
    async stop() {
      stopping.abort()
      await withDeadline(loop, stopWithinMs, 'consumer not stopped').catch(() => {})
      await withDeadline(sender.close(), 2000, 'not closed').catch(() => {})
    },
    async idle() {
      const behind = async () =>
        (await kafka.positions(group, topics)).reduce((sum, position) => sum + position.behind, 0)
      while (!stopping.signal.aborted && (await behind().catch(() => 1)) > 0) await pause(50, stopping.signal)
    },
    ready() {
      if (state.rebuilds >= patience)
        throw new Error(`consumer ${group} was rebuilt ${state.rebuilds} times in vain`)
    },
  }
}

type Handle = ReturnType<typeof createHandling>

/** Effects first, then the offset; heartbeats all the while, so that a slow effect keeps its partition. */
function batchLoop(handle: Handle, state: State, sessionTimeoutMs: number, stop: AbortSignal) {
  let current: AbortController | undefined
  stop.addEventListener('abort', () => current?.abort(), { once: true })
  return async (batch: Batch): Promise<void> => {
    for (let start = 0; start < batch.messages.length; start += chunkSize) {
      if (stop.aborted || !batch.isRunning()) return
      const chunk = batch.messages.slice(start, start + chunkSize)
      const work = new AbortController()
      current = work
      const beating = beat(batch, state, sessionTimeoutMs, work)
      let last: InMessage | undefined
      try {
        last = await handle(chunk, work.signal)
      } finally {
        beating.stop()
      }
      if (last) {
        await batch.commit(last)
        state.rebuilds = 0
      }
      state.progressAt = performance.now()
      if (beating.refused()) throw beating.refused()
      if (last !== chunk.at(-1)) return
    }
  }
}

/** A heartbeat that is refused says that the partition is no longer ours. */
function beat(batch: Batch, state: State, sessionTimeoutMs: number, work: AbortController) {
  let refused: unknown
  const beatOnce = async () => {
    try {
      await batch.heartbeat()
      state.progressAt = performance.now()
    } catch (error) {
      refused = error
      work.abort()
    }
  }
  const timer = setInterval(() => void beatOnce(), sessionTimeoutMs / 5)
  return { stop: () => clearInterval(timer), refused: () => refused }
}

/** Opens the client, and a new one whenever it has crashed or stands still. */
async function supervise(
  options: ConsumerOptions,
  state: State,
  metrics: ReturnType<typeof consumerMetrics>,
  onBatch: (batch: Batch) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const { kafka, group, topics, log, sessionTimeoutMs = 6000 } = options
  const standstill = watch(options, state, metrics, stop)
  const stopped = aborted(stop)
  while (!stop.aborted) {
    try {
      const opening = kafka.openReader({ group, topics, sessionTimeoutMs, onBatch })
      const reader = await Promise.race([opening, stopped])
      if (!reader) {
        void opening.then((late) => late.close()).catch(() => {})
        return
      }
      state.reader = reader
      const failure = await Promise.race([reader.crashed, standstill.next(), stopped])
      state.reader = undefined
      await reader.close()
      if (!failure) return
      metrics.rebuilds.inc({ group })
      log.warn({ err: failure, group, inVain: state.rebuilds }, 'consumer is rebuilt')
    } catch (error) {
      log.warn({ err: error, group }, 'consumer waits for Kafka')
    }
    await pause(500, stop)
  }
}

/**
 * Measures the lag, and tells when we are behind in what is ours, Kafka answers, and nothing has moved for too long. Only that is a
 * rebuild in vain when it comes again: a client that crashes because Kafka restarts is merely opened anew.
 */
function watch(
  options: ConsumerOptions,
  state: State,
  metrics: ReturnType<typeof consumerMetrics>,
  stop: AbortSignal,
) {
  const { stuckAfterMs = 60_000 } = options
  let tell: (failure: Error) => void = () => {}
  const wentBack = clockBack()
  const look = async () => {
    const backMs = wentBack()
    if (backMs > 1000) return tell(new Error(`the clock was set back by ${Math.round(backMs)} ms`))
    const behind = await measure(options, state.reader, metrics)
    if (!behind) state.progressAt = performance.now()
    if (behind === 0) state.rebuilds = 0
    if (performance.now() - state.progressAt <= stuckAfterMs) return
    state.progressAt = performance.now()
    state.rebuilds += 1
    tell(new Error(`${behind} behind and no progress`))
  }
  const loop = async () => {
    while (!stop.aborted) {
      await pause(Math.min(lookEveryMs, stuckAfterMs / 4), stop)
      if (!stop.aborted) await look()
    }
  }
  void loop()
  return {
    next: () =>
      new Promise<Error>((resolve) => {
        tell = resolve
      }),
  }
}

/** By how much the clock was set back since the last call: until it has caught up with itself the client would send no heartbeat. */
function clockBack(): () => number {
  const offset = () => Date.now() - performance.now()
  let before = offset()
  return () => {
    const now = offset()
    const backMs = before - now
    before = now
    return backMs
  }
}

/** How far behind we are in what is ours, or in everything before we have joined; undefined when Kafka does not answer. */
async function measure(
  { kafka, group, topics }: ConsumerOptions,
  reader: Reader | undefined,
  metrics: ReturnType<typeof consumerMetrics>,
): Promise<number | undefined> {
  const positions = await kafka.positions(group, topics).catch(() => undefined)
  if (!positions) return undefined
  for (const topic of topics)
    metrics.lag.set({ group, topic }, sum(positions.filter((position) => position.topic === topic)))
  const own = reader?.assigned()
  return sum(positions.filter(({ topic, partition }) => own?.has(`${topic}/${partition}`) ?? true))
}

const sum = (positions: { behind: number }[]): number =>
  positions.reduce((total, { behind }) => total + behind, 0)
