import type { EventType } from './event-types.js'

/** A fact on its way: CloudEvents attributes and the JSON text, the same in every outbox and on the wire. */
export interface EventRecord {
  /** UUID v7 of the outbox row. */
  id: string
  type: string
  schemaVersion: number
  /** RFC 3339, UTC. */
  time: string
  /** What it is about; the partition key. */
  subject: string
  /** Assigned under the subject's lock: the only order of the facts about one subject. */
  subjectVersion: number
  /** The app that stated it. */
  producer: string
  traceparent?: string
  /** JSON text of the event's own schema. */
  body: string
}

/** What a writer states; id, time and schema version are added when it is written to the outbox. */
export interface NewEvent {
  type: EventType
  subject: string
  subjectVersion: number
  /** Checked against the type's schema before it is written. */
  body: unknown
  traceparent?: string
}
