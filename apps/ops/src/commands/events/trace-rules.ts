import type { AppTrace } from '@marquee/contracts'
import { isEventType, topicOf } from '@marquee/contracts'
import type { Letter } from '../dead-letters/letters.js'
import type { FoundInKafka, StoredEvent } from './trace-kafka.js'

/** An app with a store of its own. */
export type TracedApp = 'catalog' | 'trending' | 'user-history' | 'reviews'
export type AppAnswers = Partial<Record<TracedApp, AppTrace>>

type OutboxRow = AppTrace['outbox'][number]

export interface TracedEvent {
  id: string
  type: string
  subject: string
  subjectVersion: number | null
  /** RFC 3339. */
  time: string
  producer: string | null
  /**
   * pending, claimed, published: as the outbox says; counted: trending's outbox forgets what it sent, and keeps that it counted the view;
   * forgotten: it was sent, and its outbox keeps it no longer. Null: no outbox has it and no topic either.
   */
  outbox: {
    app: string
    state: OutboxRow['state'] | 'counted' | 'forgotten'
    claimedUntil: string | null
    publishedAt: string | null
  } | null
  /** Every place in its topic; more than one: it was sent again. */
  places: StoredEvent['places']
  deadLetters: Letter[]
  inbox: { app: string; consumer: string; receivedAt: string | null }[]
  /** `applied`: the store says that it has this event, or a newer one about the subject. */
  effects: {
    app: string
    what: string
    version: number | null
    state: AppTrace['effects'][number]['state']
    applied: boolean
  }[]
}

const mostEvents = 20

/** Puts together what Kafka and the apps tell of the event `id`, or of the latest events about the subject `id`. */
export function tracedEvents(id: string, found: FoundInKafka, apps: AppAnswers): TracedEvent[] {
  const rows = Object.entries(apps).flatMap(([app, { outbox }]) => outbox.map((row) => ({ app, ...row })))
  const waiting = rows
    .filter((row) => !found.events.some((event) => event.id === row.id))
    .map((row) => ({ ...row, producer: row.app, places: [] }))
  const all: StoredEvent[] = [...found.events, ...waiting, ...onlyDead(id, found, rows)]
  const chosen = all.some((event) => event.id === id)
    ? all.filter((event) => event.id === id)
    : all.filter(({ subject }) => subject === id)
  return chosen
    .sort(
      (a, b) => Date.parse(b.time) - Date.parse(a.time) || (b.subjectVersion ?? 0) - (a.subjectVersion ?? 0),
    )
    .slice(0, mostEvents)
    .map((event) => traced(event, found, apps))
}

/** Events of which nothing is left but the dead letter. */
const onlyDead = (id: string, { events, letters }: FoundInKafka, rows: { id: string }[]): StoredEvent[] =>
  letters
    .filter((letter) => letter.id === id)
    .filter(() => ![...events, ...rows].some((event) => event.id === id))
    .slice(0, 1)
    .map(({ id: own, type, subject, time }) => ({
      ...{ id: own!, type: type ?? 'unknown', subject: subject ?? 'unknown', time },
      ...{ subjectVersion: null, producer: null, places: [] },
    }))

function traced(event: StoredEvent, { letters }: FoundInKafka, apps: AppAnswers): TracedEvent {
  const { id, type, subject, subjectVersion, time, producer, places, person } = event
  const answers = Object.entries(apps)
  const inbox = answers.flatMap(([app, told]) =>
    told.inbox
      .filter(({ eventId }) => eventId === id)
      .map(({ consumer, receivedAt }) => ({ app, consumer, receivedAt })),
  )
  const topic = isEventType(type) ? topicOf(type) : undefined
  const effects = answers.flatMap(([app, told]) =>
    told.effects
      .filter((effect) => effect.topic === topic && concerns(effect, subject, person))
      .map(({ what, version, state }) => ({
        ...{ app, what, version, state },
        applied:
          version === null ? inbox.some((entry) => entry.app === app) : version >= (subjectVersion ?? 1),
      })),
  )
  return {
    ...{ id, type, subject, subjectVersion, time, producer, places, inbox, effects },
    outbox: outboxOf(event, apps, inbox),
    deadLetters: letters.filter((letter) => letter.id === id),
  }
}

/** A person's row is made by what they wrote; everything else is about the event's subject. */
const concerns = (effect: AppTrace['effects'][number], subject: string, person: string | undefined) =>
  effect.what === 'users' ? effect.subject === person : effect.subject === subject

function outboxOf(
  { id, producer, places }: StoredEvent,
  apps: AppAnswers,
  inbox: TracedEvent['inbox'],
): TracedEvent['outbox'] {
  for (const [app, { outbox }] of Object.entries(apps)) {
    const row = outbox.find((one) => one.id === id)
    if (row) {
      const { state, claimedUntil, publishedAt } = row
      return { app, state, claimedUntil, publishedAt }
    }
  }
  const counted = inbox.find(({ consumer }) => consumer === 'view ids')
  const gone = { claimedUntil: null, publishedAt: places[0]?.writtenAt ?? null }
  if (counted) return { app: counted.app, state: 'counted', ...gone }
  return producer !== null && places.length > 0 ? { app: producer, state: 'forgotten', ...gone } : null
}
