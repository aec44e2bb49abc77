import { deadTopic, type EventType } from '@marquee/contracts'
import { failPoint } from '@marquee/faults'
import type { ConsumerOptions, Context } from './consumer-options.js'
import type { InMessage, OutMessage } from './handle.js'
import { parseMessage, type ReceivedEvent, toDeadLetter } from './message.js'
import type { consumerMetrics } from './metrics.js'
import { pause } from './waiting.js'

const tries = 3

/** Held back by stop or by a lost partition: neither done nor failed, somebody does it later. */
const heldBack = Symbol('held back')

interface Work {
  message: InMessage
  event: ReceivedEvent
}

/**
 * Does what the messages ask for, in their order, and answers the last one that is done (effect or dead letter confirmed);
 * undefined when not even the first is. What cannot be understood or fails three times goes to the dead letters first.
 */
export function createHandling(
  options: ConsumerOptions,
  metrics: ReturnType<typeof consumerMetrics>,
  send: (messages: OutMessage[]) => Promise<void>,
) {
  const { group, log, handlers, batch } = options
  const handled = (type: EventType) => batch !== undefined || handlers?.[type] !== undefined
  const context = (signal: AbortSignal): Context => ({
    signal,
    duplicate: (count = 1) => metrics.duplicates.inc({ group }, count),
  })
  const apply = async (events: ReceivedEvent[], signal: AbortSignal): Promise<void> => {
    if (batch) return await batch(events, context(signal))
    for (const event of events) {
      const handler = handlers?.[event.type] as
        | ((event: ReceivedEvent, own: Context) => Promise<void>)
        | undefined
      await handler?.(event, context(signal))
    }
  }
  const attempt = (events: ReceivedEvent[], signal: AbortSignal) =>
    tryThrice(
      async () => {
        await failPoint('consumer.handling')
        await apply(events, signal)
        await failPoint('consumer.handled')
      },
      options.isOutage,
      signal,
      (error) => log.warn({ err: error, group, event: events[0]?.id }, 'event failed'),
    )

  async function bury(
    message: InMessage,
    error: string,
    attempts: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const letter = toDeadLetter(message, { group, error, attempts, topic: deadTopic(message.topic) })
    while (!signal.aborted) {
      try {
        await send([letter])
        metrics.dead.inc({ group, topic: message.topic })
        const { topic, partition, offset } = message
        log.error({ group, topic, partition, offset, error }, 'message put to the dead letters')
        return true
      } catch (cause) {
        log.warn({ err: cause, group }, 'dead letter not confirmed')
        await pause(500, signal)
      }
    }
    return false
  }

  /** True when all of them are done. */
  async function perform(work: Work[], signal: AbortSignal): Promise<boolean> {
    const failure = await attempt(
      work.map(({ event }) => event),
      signal,
    )
    if (failure === heldBack) return false
    if (failure === undefined) {
      metrics.handled.inc({ group }, work.length)
      return true
    }
    const [only, ...others] = work
    if (only && others.length === 0) return await bury(only.message, String(failure), tries, signal)
    // One of them is poison: alone it cannot take the others with it.
    for (const one of work) if (!(await perform([one], signal))) return false
    return true
  }

  return async (messages: InMessage[], signal: AbortSignal): Promise<InMessage | undefined> => {
    let done: InMessage | undefined
    let gathered: Work[] = []
    const flush = async () => gathered.length === 0 || (await perform(gathered, signal))
    for (const message of messages) {
      if (signal.aborted) return done
      const parsed = parseMessage(message, handled)
      if (parsed.kind === 'event') gathered.push({ message, event: parsed.event })
      // In batch form events wait for the end of the chunk; whatever else comes waits behind them.
      const last = message === messages.at(-1)
      if (batch && !last && parsed.kind !== 'poison') continue
      if (!(await flush())) return done
      gathered = []
      if (parsed.kind === 'poison' && !(await bury(message, parsed.reason, 1, signal))) return done
      done = message
    }
    return done
  }
}

/** Undefined: it went well. An outage is waited out without counting as a try. */
async function tryThrice(
  work: () => Promise<void>,
  isOutage: (error: unknown) => boolean,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
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
      await pause(outage ? 500 : 100 * 3 ** failures, signal)
    }
    if (signal.aborted) return heldBack
  }
}
