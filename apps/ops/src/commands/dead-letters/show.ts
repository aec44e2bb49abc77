import { deadLetterOf, type StoredMessage } from '@marquee/events'
import type { Config } from '../../config.js'
import { printable, printableLines, withKafka } from '../../kafka.js'
import { exitCodes, OpsError } from '../../problem.js'
import { readable } from '../events/event.js'
import {
  gather,
  type KeptLetter,
  type Letter,
  readDead,
  readDecisions,
  shown,
  topicOfRef,
} from './letters.js'

/**
 * One message that was put aside: headers, body and the whole error of each consumer. Exit code 1 when there is none.
 * As JSON: the fields of `list`, and `key, headers, body, errors: [{ group, error, attempts, time, place }]`.
 */
export async function show(config: Config, ref: string, { json }: { json?: boolean }): Promise<number> {
  const topic = topicOfRef(ref)
  const kept = new Map<string, KeptLetter>()
  const copies: StoredMessage[] = []
  const decision = await withKafka(config, async (kafka) => {
    await readDead(kafka, [topic], (messages) => {
      for (const message of messages)
        if (deadLetterOf(message).ref === ref) {
          copies.push(message)
          gather(kept, message)
        }
    })
    return (await readDecisions(kafka)).get(ref)
  })
  const letter = kept.get(ref)
  const [message] = copies
  if (!letter || !message)
    throw new OpsError(`There is no dead letter of ${ref}.`, {
      advice: `What there is: npm run ops -- dead-letters list --topic ${topic}`,
    })
  if (decision) Object.assign(letter, { state: decision.state, decidedAt: decision.time })
  const errors = copies.map(deadLetterOf).map(({ group, error, attempts, time, place }) => ({
    ...{ group, error, attempts, time, place },
  }))
  const body = message.value?.toString() ?? ''
  const found = { ...shown(letter), key: message.key, headers: message.headers, body: readable(body), errors }
  console.log(json ? JSON.stringify(found) : text(found))
  return exitCodes.ok
}

interface Shown extends Letter {
  key: string | null
  headers: Record<string, string>
  body: unknown
  errors: { group: string | null; error: string; attempts: number; time: string; place: string }[]
}

function text({ ref, state, decidedAt, key, headers, body, errors }: Shown): string {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('dead_'))
  return [
    `${ref}, ${state}${decidedAt ? ` since ${decidedAt}` : ''}`,
    ...errors.flatMap(({ group, error, attempts, time, place }) => [
      `${group ?? 'the relay'} gave up at ${time} after ${attempts === 1 ? 'one try' : `${attempts} tries`} (the letter is ${place}):`,
      ...error.split('\n').map((line) => `  ${printable(line)}`),
    ]),
    `key: ${printable(key ?? '(none)')}`,
    'headers:',
    ...own.map(([name, value]) => `  ${printable(name)}: ${printable(value)}`),
    'body:',
    printableLines(typeof body === 'string' ? body || '(empty)' : JSON.stringify(body, null, 2)),
  ].join('\n')
}
