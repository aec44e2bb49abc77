import { deadTopic } from '@marquee/contracts'
import { failPoint } from '@marquee/faults'
import type { ConsumerOptions, Context } from './consumer-options.js'
import type { InMessage, OutMessage } from './handle.js'
import { parseMessage, type ReceivedEvent, toDeadLetter } from './message.js'
import type { consumerMetrics } from './metrics.js'
import { pause } from './waiting.js'

const tries = 3
/** A failure that passes by waiting has been waited for when another was buried just before. */
const lately = 10_000
// A send is one batch of the one partition, which takes 2 MB, headers included.
const bytesPerSend = 900_000

/** Held back by stop or by a lost partition: neither done nor failed, somebody does it later. */
const heldBack = Symbol('held back')

interface Work {
  message: InMessage
  event: ReceivedEvent
}
interface Letter {
  message: InMessage
  error: string
  attempts: number
}

/**
 * Does what the messages of one partition ask for, in their order, and answers the last one that is done (effect or dead letter
 * confirmed); undefined when not even the first is. What cannot be understood or fails three times goes to the dead letters first.
 */
export function createHandling(
  options: ConsumerOptions,
  metrics: ReturnType<typeof consumerMetrics>,
  send: (messages: OutMessage[]) => Promise<void>,
) {
  const { group, log } = options
  const perform = performer(options, metrics)
  const bury = undertaker(options, metrics, send)

  return async (messages: InMessage[], signal: AbortSignal): Promise<InMessage | undefined> => {
    const work: Work[] = []
    const letters: Letter[] = []
    for (const message of messages) {
      const parsed = parseMessage(message)
      if (parsed.kind === 'event') work.push({ message, event: parsed.event })
      if (parsed.kind === 'poison') letters.push({ message, error: parsed.reason, attempts: 1 })
    }
    const failed = await perform(work, signal)
    if (failed === heldBack) return undefined
    const place = ({ message }: Letter) => messages.indexOf(message)
    const all = [...letters, ...failed].sort((a, b) => place(a) - place(b))
    const unburied = await bury(all, signal)
    if (all.length > 0 && !unburied) log.error({ group, ...summary(all) }, 'messages put to the dead letters')
    return unburied ? messages[place(unburied) - 1] : messages.at(-1)
  }
}

/** Has the events' effect, and answers those that have none however often they are tried. */
function performer({ group, batch, isOutage, log }: ConsumerOptions, metrics: Metrics) {
  let gaveUpAt = Number.NEGATIVE_INFINITY
  const attempt = (work: Work[], signal: AbortSignal) => {
    const context: Context = {
      signal,
      duplicate: (count = 1) => metrics.duplicates.inc({ group }, count),
    }
    const effect = async () => {
      await failPoint('consumer.handling')
      await batch(
        work.map(({ event }) => event),
        context,
      )
      await failPoint('consumer.handled')
    }
    const onFailure = (error: unknown) =>
      log.warn({ err: error, group, event: work[0]?.event.id, of: work.length }, 'events failed')
    const patient = performance.now() - gaveUpAt > lately
    return tryThrice(effect, { isOutage, signal, onFailure, patient })
  }

  return async function perform(work: Work[], signal: AbortSignal): Promise<Letter[] | typeof heldBack> {
    if (work.length === 0) return []
    const failure = await attempt(work, signal)
    if (failure === heldBack) return heldBack
    if (failure === undefined) {
      metrics.handled.inc({ group }, work.length)
      return []
    }
    gaveUpAt = performance.now()
    const [only, ...others] = work
    if (others.length === 0) return [{ message: only!.message, error: String(failure), attempts: tries }]
    // One of them is poison: alone it cannot take the others with it.
    const failed: Letter[] = []
    for (const one of work) {
      const own = await perform([one], signal)
      if (own === heldBack) return heldBack
      failed.push(...own)
    }
    return failed
  }
}

/** Sends letters until the broker has confirmed them; answers the first that it has not when there was no time left. */
function undertaker(
  { group, log }: ConsumerOptions,
  metrics: Metrics,
  send: (messages: OutMessage[]) => Promise<void>,
) {
  async function confirmed(messages: OutMessage[], signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        await send(messages)
        return true
      } catch (err) {
        log.warn({ err, group }, 'dead letters not confirmed')
        await pause(500, signal)
      }
    }
    return false
  }
  return async (letters: Letter[], signal: AbortSignal): Promise<Letter | undefined> => {
    for (const part of portions(letters)) {
      const messages = part.map(({ message, ...why }) =>
        toDeadLetter(message, { ...why, group, topic: deadTopic(message.topic) }),
      )
      if (!(await confirmed(messages, signal))) return part[0]
      for (const { message } of part) metrics.dead.inc({ group, topic: message.topic })
    }
    return undefined
  }
}

type Metrics = ReturnType<typeof consumerMetrics>

function portions(letters: Letter[]): Letter[][] {
  const parts: Letter[][] = []
  let room = 0
  for (const letter of letters) {
    const { value, rawKey, headers } = letter.message
    const bytes = (value?.length ?? 0) + (rawKey?.length ?? 0) + JSON.stringify(headers).length + 3000
    if (parts.length === 0 || bytes > room) {
      parts.push([])
      room = bytesPerSend
    }
    room -= bytes
    parts.at(-1)?.push(letter)
  }
  return parts
}

const summary = (letters: Letter[]) => {
  const { message, error } = letters[0]!
  const { topic, partition, offset } = message
  return { topic, partition, offset, error: error.slice(0, 300), letters: letters.length }
}

interface Tries {
  isOutage(error: unknown): boolean
  signal: AbortSignal
  onFailure(error: unknown): void
  /** Waits between two tries. */
  patient: boolean
}

/** Undefined: it went well. An outage is waited out without counting as a try. */
async function tryThrice(
  work: () => Promise<void>,
  { isOutage, signal, onFailure, patient }: Tries,
): Promise<unknown> {
  let failures = 0
  let told = false
  for (;;) {
    try {
      await work()
      return undefined
    } catch (error) {
      const outage = isOutage(error)
      // An outage is told once, not twice a second.
      if (!outage || !told) onFailure(error)
      told = outage
      failures += outage ? 0 : 1
      if (failures === tries) return error
      if (outage || patient) await pause(outage ? 500 : 100 * 3 ** failures, signal)
    }
    if (signal.aborted) return heldBack
  }
}
