import { deadTopic, topicNames } from '@marquee/contracts'
import type { StoredMessage } from '@marquee/events'
import type { Config } from '../../config.js'
import { readingProgress, withKafka } from '../../kafka.js'
import { gather, type KeptLetter, type Letter, readDecisions, shown } from '../dead-letters/letters.js'
import { readable, type SeenEvent, seen } from './event.js'

const mostEvents = 20
const hourMs = 3_600_000
/** How far the clocks of those who make ids and of those who send may be apart. */
const skewMs = 2 * hourMs

/** An event as its topics hold it. */
export interface StoredEvent {
  id: string
  type: string
  subject: string
  subjectVersion: number | null
  time: string
  producer: string | null
  /** The person whom a review's event names; their row is what it makes. */
  person?: string
  /** Every place where it is; more than one: it was sent again. */
  places: { topic: string; partition: number; offset: string; writtenAt: string }[]
}
export interface FoundInKafka {
  events: StoredEvent[]
  /** Dead letters with the id or about the subject. */
  letters: Letter[]
}

/** When a UUID v7 was made, in ms since 1970; null for what is none. */
export function madeAt(id: string): number | null {
  const [, high, low] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id) ?? []
  return high && low ? Number.parseInt(high + low, 16) : null
}

/** Keeps the places of one event, or of the latest about a subject. */
export function createFinder(id: string) {
  const events = new Map<string, StoredEvent>()
  const letters = new Map<string, KeptLetter>()
  const timeOf = ({ time }: StoredEvent) => Date.parse(time) || 0

  function keep(message: StoredMessage, { id: eventId, type, subject, ...event }: SeenEvent) {
    if (eventId === null || type === null || subject === null) return
    const { topic, partition, offset } = message
    const place = { topic, partition, offset, writtenAt: new Date(message.writtenMs).toISOString() }
    const known = events.get(eventId)
    if (known) known.places.push(place)
    else
      events.set(eventId, {
        ...{ id: eventId, type, subject, subjectVersion: event.subjectVersion, producer: event.producer },
        time: event.time ?? place.writtenAt,
        ...personOf(type, message),
        places: [place],
      })
    if (events.size <= mostEvents) return
    const oldest = [...events.values()].reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a))
    events.delete(oldest.id)
  }

  return {
    onMessages(messages: StoredMessage[]) {
      for (const message of messages) {
        const { ce_id: eventId, ce_subject: subject } = message.headers
        if (eventId !== id && subject !== id) continue
        if (message.topic.endsWith('.dead')) gather(letters, message)
        else keep(message, seen(message))
      }
    },
    found: () => ({
      events: [...events.values()].sort((a, b) => timeOf(b) - timeOf(a)),
      letters: [...letters.values()],
    }),
  }
}

function personOf(type: string, { value }: StoredMessage): { person?: string } {
  if (type !== 'review.posted') return {}
  const { userId } = (readable(value?.toString() ?? '') ?? {}) as { userId?: unknown }
  return typeof userId === 'string' ? { person: userId } : {}
}

/** Reads every topic from the time at which the id was made, or from its beginning where the id does not tell. */
export async function findInKafka(config: Config, id: string): Promise<FoundInKafka> {
  const made = madeAt(id)
  const finder = createFinder(id)
  const progress = readingProgress('topics')
  const decisions = await withKafka(config, async (kafka) => {
    await kafka.read({
      topics: topicNames.flatMap((name) => [name, deadTopic(name)]),
      from: made === null ? 'beginning' : Math.max(0, made - skewMs),
      until: 'end',
      onMessages: finder.onMessages,
      onProgress: progress.onProgress,
    })
    progress.end()
    return finder.found().letters.length > 0 ? await readDecisions(kafka) : new Map()
  })
  const { events, letters } = finder.found()
  for (const letter of letters) {
    const decision = decisions.get(letter.ref)
    if (decision) Object.assign(letter, { state: decision.state, decidedAt: decision.time })
  }
  return { events, letters: letters.map(shown) }
}
