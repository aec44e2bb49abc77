import type { StoredMessage } from '@marquee/events'
import type { Config } from '../../config.js'
import { interruption, withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import { lineOf, seen } from './event.js'
import { chosenTopics } from './names.js'

export interface TailOptions {
  fromBeginning?: boolean
  type?: string
  subject?: string
  json?: boolean
  body?: boolean
  limit?: number
}

/** Events as they come, one line each, until interrupted or until `limit` were printed. As JSON: one object per line. */
export async function tail(config: Config, names: string[], options: TailOptions): Promise<number> {
  const topics = chosenTopics(names)
  const { type, subject, limit = Number.POSITIVE_INFINITY } = options
  const interrupted = interruption()
  const enough = new AbortController()
  let printed = 0
  const wanted = ({ headers }: StoredMessage) =>
    (type === undefined || headers.ce_type === type) &&
    (subject === undefined || headers.ce_subject === subject)
  const print = (message: StoredMessage) => {
    if (printed >= limit || !wanted(message)) return
    const event = seen(message, options.body)
    process.stdout.write(`${options.json ? JSON.stringify(event) : lineOf(event)}\n`)
    printed += 1
    if (printed >= limit) enough.abort()
  }
  if (limit > 0)
    await withKafka(config, (kafka) =>
      kafka.read({
        topics,
        from: options.fromBeginning ? 'beginning' : 'end',
        until: 'stopped',
        signal: AbortSignal.any([interrupted, enough.signal]),
        onMessages: (messages) => messages.forEach(print),
      }),
    )
  return exitCodes.ok
}
