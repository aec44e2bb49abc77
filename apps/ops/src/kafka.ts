import { connectOperator, type Operator } from '@marquee/events'
import { requireRunning } from './commands/running.js'
import type { Config } from './config.js'
import { OpsError } from './problem.js'

const unheard = () => {}
const log = { debug: unheard, info: unheard, warn: unheard, error: unheard }

/** Asks the Kafka of the running platform. @throws OpsError when nothing runs, or Kafka does not answer */
export async function withKafka<T>(config: Config, work: (kafka: Operator) => Promise<T>): Promise<T> {
  const { engines } = await requireRunning(config)
  const kafka = connectOperator({ brokers: engines.kafka, clientId: 'marquee-ops', log })
  try {
    return await work(kafka)
  } catch (error) {
    if (error instanceof OpsError) throw error
    const said = error instanceof Error ? error.message : String(error)
    throw new OpsError(`Kafka at ${engines.kafka.join(', ')} could not do it: ${said}`, {
      advice: 'Is it up? npm run ops -- status',
      cause: error,
    })
  } finally {
    await kafka.close()
  }
}

/** Shows on a terminal how much of the topics was read; on stderr, because the answer may be read by a script. */
export function readingProgress(what: string) {
  const { stderr } = process
  let shownAt = 0
  return {
    onProgress(read: number, all: number) {
      if (!stderr.isTTY || Date.now() - shownAt < 100) return
      shownAt = Date.now()
      stderr.write(`\r\x1b[K${what}: ${read} of ${all} messages`)
    },
    end() {
      if (shownAt > 0) stderr.write('\r\x1b[K')
    },
  }
}

/** Aborts when the operator interrupts, or when nobody reads the output any more (`| head`). */
export function interruption(): AbortSignal {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  process.stdout.once('error', stop)
  return stopping.signal
}

/** What others wrote, on one line of a terminal: it cannot move the cursor or turn the reading around. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')

/** The same of many lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')
