import {
  type EventData,
  type EventRecord,
  type EventType,
  eventTypes,
  isEventType,
  topicOf,
} from '@marquee/contracts'
import type { InMessage, OutMessage } from './handle.js'

/** CloudEvents 1.0, binary mode: attributes in headers, the event's own JSON as the body, the subject as the key. */
export function toMessage(record: EventRecord): OutMessage {
  return {
    topic: topicOf(record.type as EventType),
    key: record.subject,
    value: record.body,
    headers: {
      ce_specversion: '1.0',
      ce_id: record.id,
      ce_type: record.type,
      ce_source: `/marquee/${record.producer}`,
      ce_time: record.time,
      ce_subject: record.subject,
      ce_schemaversion: String(record.schemaVersion),
      ce_subjectversion: String(record.subjectVersion),
      'content-type': 'application/json',
      ...(record.traceparent !== undefined && { traceparent: record.traceparent }),
    },
  }
}

export type ReceivedEvent<T extends EventType = EventType> = {
  [K in T]: Omit<EventRecord, 'type'> & { type: K; data: EventData<K> }
}[T]

export type Parsed =
  | { kind: 'event'; event: ReceivedEvent }
  /** Of a type that nobody here handles. */
  | { kind: 'skip' }
  /** Never to be understood, whenever it is tried. */
  | { kind: 'poison'; reason: string }

const poison = (reason: string): Parsed => ({ kind: 'poison', reason })
const required = ['ce_id', 'ce_source', 'ce_time', 'ce_subject', 'ce_schemaversion', 'ce_subjectversion']

export function parseMessage(message: InMessage, handled: (type: EventType) => boolean): Parsed {
  const { headers, key } = message
  const type = headers.ce_type
  if (!type) return poison('no ce_type')
  if (!isEventType(type) || !handled(type)) return { kind: 'skip' }
  const missing = required.filter((name) => !headers[name])
  if (missing.length > 0) return poison(`without ${missing.join(', ')}`)
  const version = Number(headers.ce_schemaversion)
  if (version !== eventTypes[type].version) return poison(`${type} of version ${headers.ce_schemaversion}`)
  const subjectVersion = Number(headers.ce_subjectversion)
  if (!Number.isSafeInteger(subjectVersion)) return poison(`subject version ${headers.ce_subjectversion}`)
  if (Number.isNaN(Date.parse(headers.ce_time!))) return poison(`time ${headers.ce_time}`)
  // Under another key it went to another partition, where it has no order among its own.
  if (key !== headers.ce_subject) return poison('the key is not the subject')
  return parseBody(message, type, version, subjectVersion)
}

function parseBody(
  message: InMessage,
  type: EventType,
  schemaVersion: number,
  subjectVersion: number,
): Parsed {
  const { headers } = message
  const body = message.value?.toString() ?? ''
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (error) {
    return poison((error as Error).message)
  }
  const data = eventTypes[type].schema.safeParse(json)
  if (!data.success) return poison(data.error.message)
  const event = {
    id: headers.ce_id,
    type,
    schemaVersion,
    time: headers.ce_time,
    subject: headers.ce_subject,
    subjectVersion,
    producer: headers.ce_source!.replace(/^\/marquee\//, ''),
    ...(headers.traceparent && { traceparent: headers.traceparent }),
    body,
    data: data.data,
  }
  return { kind: 'event', event: event as ReceivedEvent }
}

const longestError = 2000

/** The message as it came, with where it was, why it failed and how often it was tried. */
export const toDeadLetter = (
  message: InMessage,
  { group, error, attempts, topic }: { group: string; error: string; attempts: number; topic: string },
): OutMessage => ({
  topic,
  key: message.rawKey,
  value: message.value,
  headers: {
    ...message.headers,
    dead_topic: message.topic,
    dead_partition: String(message.partition),
    dead_offset: message.offset,
    dead_group: group,
    dead_error: error.slice(0, longestError),
    dead_attempts: String(attempts),
    dead_time: new Date().toISOString(),
  },
})
