import {
  type EventData,
  type EventRecord,
  type EventType,
  eventTypes,
  isEventType,
  schemaOf,
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
const longestId = 200
/** Clocks differ, but not by so much. */
const futureMs = 86_400_000

/** What a message says, to one who handles these types (all where it is left out). */
export function parseMessage(message: InMessage, handled: (type: EventType) => boolean = () => true): Parsed {
  const { headers, topic } = message
  const type = headers.ce_type
  if (!type) return poison('no ce_type')
  // Consumers are deployed before producers, so this is nobody's event.
  if (!isEventType(type)) return poison(`unknown type ${type}`)
  if (!handled(type)) return { kind: 'skip' }
  if (topicOf(type) !== topic) return poison(`${type} does not belong in ${topic}`)
  const schema = schemaOf(type, Number(headers.ce_schemaversion))
  const wrong = wrongAttribute(message)
  if (wrong) return poison(wrong)
  if (!schema) return poison(`${type} of version ${headers.ce_schemaversion}`)
  return parseBody(message, type, schema)
}

function wrongAttribute({ headers, key }: InMessage): string | undefined {
  const missing = required.filter((name) => !headers[name])
  if (missing.length > 0) return `without ${missing.join(', ')}`
  if (headers.ce_id!.length > longestId) return `an id of ${headers.ce_id!.length} characters`
  const version = Number(headers.ce_subjectversion)
  if (!Number.isSafeInteger(version) || version < 0) return `subject version ${headers.ce_subjectversion}`
  const time = Date.parse(headers.ce_time!)
  if (Number.isNaN(time) || time > Date.now() + futureMs) return `time ${headers.ce_time}`
  // Under another key it went to another partition, where it has no order among its own.
  return key === headers.ce_subject ? undefined : 'the key is not the subject'
}

function parseBody(message: InMessage, type: EventType, schema: Schema): Parsed {
  const { headers } = message
  const body = message.value?.toString() ?? ''
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (error) {
    return poison((error as Error).message)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return poison(parsed.error.message)
  const data = parsed.data as Record<string, unknown>
  if (data[eventTypes[type].about] !== headers.ce_subject) return poison('the body is of another subject')
  const event = {
    id: headers.ce_id,
    type,
    schemaVersion: Number(headers.ce_schemaversion),
    time: headers.ce_time,
    subject: headers.ce_subject,
    subjectVersion: Number(headers.ce_subjectversion),
    producer: headers.ce_source!.replace(/^\/marquee\//, ''),
    ...(headers.traceparent && { traceparent: headers.traceparent }),
    body,
    data,
  }
  return { kind: 'event', event: event as unknown as ReceivedEvent }
}

type Schema = NonNullable<ReturnType<typeof schemaOf>>

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
