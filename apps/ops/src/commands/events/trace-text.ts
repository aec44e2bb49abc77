import type { AppTrace } from '@marquee/contracts'
import { printable } from '../../kafka.js'
import type { TracedEvent } from './trace-rules.js'

interface Traced {
  events: TracedEvent[]
  effects: ({ app: string } & AppTrace['effects'][number])[]
}

const outboxWords = {
  pending: 'waits to be sent',
  claimed: 'is being sent',
  published: 'published',
  counted: 'counted, sent and forgotten',
  forgotten: 'sent and forgotten',
} as const

/** For people: each event with a line per station. */
export function traceText(id: string, { events, effects }: Traced): string {
  const about = events.some((event) => event.id !== id)
  const summary = effects.map(({ app, what, version, state }) =>
    line('', `${app} ${what}${figures(version, state)}`),
  )
  return [
    ...(about ? [`The latest events about ${printable(id)}, newest first:`, ''] : []),
    ...events.flatMap((event) => [...eventLines(event), '']),
    ...(effects.length > 0 ? [`What is made of ${printable(id)}:`, ...summary] : []),
  ]
    .join('\n')
    .trimEnd()
}

function eventLines(event: TracedEvent): string[] {
  const { id, type, subject, subjectVersion, time, producer, outbox, places, deadLetters, inbox, effects } =
    event
  return [
    printable(
      `${type} ${id}, version ${subjectVersion ?? '-'} of ${subject}, by ${producer ?? '?'} at ${time}`,
    ),
    ...(outbox
      ? [
          line(
            'outbox',
            `${outbox.app}: ${outboxWords[outbox.state]}${when(outbox.publishedAt ?? outbox.claimedUntil)}`,
          ),
        ]
      : [line('outbox', 'nowhere')]),
    ...stations(
      'topic',
      places.map(
        ({ topic, partition, offset, writtenAt }) => `${topic}/${partition}/${offset}${when(writtenAt)}`,
      ),
    ),
    ...stations(
      'dead letters',
      deadLetters.map(
        ({ ref, state, groups, error }) => `${ref} ${state}, by ${groups.join(', ')}: ${error}`,
      ),
    ),
    ...stations(
      'inbox',
      inbox.map(({ app, consumer, receivedAt }) => `${app} ${consumer}${when(receivedAt)}`),
    ),
    ...stations(
      'effect',
      effects.map(
        ({ app, what, version, state, applied }) =>
          `${app} ${what}: ${applied ? 'has it' : 'DOES NOT HAVE IT'}${figures(version, state)}`,
      ),
    ),
  ]
}

const line = (name: string, text: string) => `  ${name.padEnd(13)}${printable(text)}`
const when = (time: string | null) => (time === null ? '' : ` at ${time}`)
const stations = (name: string, texts: string[]) =>
  texts.length === 0 ? [line(name, 'none')] : texts.map((text, index) => line(index === 0 ? name : '', text))

function figures(version: number | null, state: Record<string, unknown>): string {
  const parts = [
    ...(version === null ? [] : [`version ${version}`]),
    ...Object.entries(state).map(([name, value]) => `${name} ${value}`),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
