import type { StoredMessage } from '@marquee/events'
import { printable } from '../../kafka.js'

/** A message as the operator sees it; what it does not say of itself is null. */
export interface SeenEvent {
  time: string | null
  type: string | null
  subject: string | null
  subjectVersion: number | null
  producer: string | null
  id: string | null
  schemaVersion: number | null
  topic: string
  partition: number
  offset: string
  /** Only where it was asked for: parsed where it is JSON, else its text. */
  body?: unknown
}

export function seen(message: StoredMessage, withBody = false): SeenEvent {
  const { headers, topic, partition, offset, value } = message
  return {
    time: headers.ce_time || null,
    type: headers.ce_type || null,
    subject: headers.ce_subject || null,
    subjectVersion: number(headers.ce_subjectversion),
    producer: headers.ce_source?.replace(/^\/marquee\//, '') || null,
    id: headers.ce_id || null,
    schemaVersion: number(headers.ce_schemaversion),
    ...{ topic, partition, offset },
    ...(withBody && { body: readable(value?.toString() ?? '') }),
  }
}

function number(text: string | undefined): number | null {
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? null : Number(text)
}

export function readable(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Time, type, subject, version, producer, id: one line, a dash for what is missing. */
export function lineOf(event: SeenEvent): string {
  const { time, type, subject, subjectVersion, producer, id, body } = event
  const cells = [time, type?.padEnd(19), subject, `v${subjectVersion ?? '-'}`, producer, id]
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return printable([...cells.map((cell) => cell ?? '-'), ...(body === undefined ? [] : [text])].join('  '))
}
