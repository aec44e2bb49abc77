import { describe, expect, it } from '@jest/globals'
import { type AppTrace, consumerGroups, topicNames } from '@marquee/contracts'
import { decisionsTopic, type StoredMessage, wantedTopics } from '@marquee/events'
import { lineOf, seen } from './event.js'
import { unattendedGroups } from './lag.js'
import { chosenTopics } from './names.js'
import { compareTopics } from './topics.js'
import { createFinder, madeAt } from './trace-kafka.js'
import { type AppAnswers, tracedEvents } from './trace-rules.js'
import { traceText } from './trace-text.js'

const subject = '01920000-0000-7000-8000-000000000001'
let offset = 0
/** As version 7 has it: milliseconds, then whatever tells ids apart. */
const idOf = (ms: number, n = offset) => {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`
}
function message(more: Record<string, string> = {}, topic = 'content', body = '{"id":1}'): StoredMessage {
  return {
    ...{ topic, partition: 2, offset: String(offset++), key: subject, rawKey: Buffer.from(subject) },
    value: Buffer.from(body),
    headers: {
      ce_id: idOf(Date.UTC(2026, 4, 1)),
      ce_type: 'content.updated',
      ce_time: '2026-05-01T10:00:00.000Z',
      ce_subject: subject,
      ce_source: '/marquee/catalog',
      ce_schemaversion: '1',
      ce_subjectversion: '3',
      ...more,
    },
    writtenMs: Date.UTC(2026, 4, 1, 10, 0, 1),
  }
}

describe('an event on one line', () => {
  it('is time, type, subject, version, producer and id, and its body only when asked for', () => {
    const one = message({ ce_id: 'e1' })
    expect(lineOf(seen(one))).toBe(
      `2026-05-01T10:00:00.000Z  content.updated      ${subject}  v3  catalog  e1`,
    )
    expect(lineOf(seen(one, true))).toMatch(/e1 {2}\{"id":1\}$/)
  })

  it('has dashes for what a message does not say, and moves no cursor', () => {
    const bare = { ...message({}, 'content', 'no\u001b[2J json\u202e'), headers: {} }
    expect(lineOf(seen(bare, true))).toBe('-  -  -  v-  -  -  no [2J json ')
    expect(seen(bare)).toMatchObject({ id: null, subjectVersion: null, topic: 'content' })
    expect(seen(bare)).not.toHaveProperty('body')
  })
})

describe('groups', () => {
  const row = (group: string, members: number) => ({
    ...{ group, topic: 'content', state: 'Stable', members, partitions: 6, assigned: 6 },
    ...{ committed: 0, end: 0, lag: 0 },
  })
  it('without a member are named, and those of which nothing is known', () => {
    const names = Object.keys(consumerGroups)
    expect(unattendedGroups(names.map((name) => row(name, 2)))).toEqual([])
    const [first, second, ...rest] = names as [string, string, ...string[]]
    expect(unattendedGroups([row(first, 0), ...rest.map((name) => row(name, 1))])).toEqual([first, second])
  })
})

describe('topics', () => {
  const asWanted = topicNames
    .flatMap((name) => wantedTopics(name, (topic) => topic))
    .map((one) => ({ ...one, replication: 1, messages: 5 }))

  it('that are as the table says differ in nothing, with or without a decision about dead letters', () => {
    const decided = [...asWanted, { ...decisionsTopic, replication: 1, messages: 1 }]
    for (const found of [asWanted, decided]) {
      const compared = compareTopics(found)
      expect(compared.flatMap(({ differs }) => differs)).toEqual([])
      expect(compared).toHaveLength(found.length)
    }
  })

  it('that are missing or made otherwise are told in words', () => {
    const [gone, other, ...rest] = asWanted
    const changed = { ...other!, partitions: 9, config: { ...other!.config, 'retention.ms': '1' } }
    const words = compareTopics([changed, ...rest]).flatMap(({ differs }) => differs)
    expect(words).toEqual([
      `${gone!.topic}: is not there`,
      expect.stringContaining(`${other!.topic}: 9 partitions, not`),
      expect.stringContaining(`${other!.topic}: retention.ms is 1, not`),
    ])
  })

  it('are named as they are', () => {
    expect(chosenTopics([])).toEqual([...topicNames])
    expect(chosenTopics(['rating', 'rating', 'rating.dead'])).toEqual(['rating', 'rating.dead'])
    expect(() => chosenTopics(['ratings'])).toThrow('no topic ratings')
  })
})

describe('the time of an id', () => {
  it('is told by version 7 alone', () => {
    expect(madeAt(idOf(1_700_000_000_123))).toBe(1_700_000_000_123)
    for (const other of ['', 'e1', '7d444840-9dc0-11d1-b245-5ffdce74fad2']) expect(madeAt(other)).toBeNull()
  })
})

describe('a search', () => {
  it('keeps every place of one event and nothing else', () => {
    const finder = createFinder('e1')
    finder.onMessages([message({ ce_id: 'e1' }), message({ ce_id: 'e2' }), message({ ce_id: 'e1' })])
    const [event, ...others] = finder.found().events
    expect([event!.id, event!.places.length, others.length]).toEqual(['e1', 2, 0])
  })

  it('keeps the latest twenty about a subject, in whatever order they come', () => {
    const finder = createFinder(subject)
    const times = Array.from({ length: 50 }, (_, n) => new Date(Date.UTC(2026, 0, 1, n)).toISOString())
    const [odd, even] = [1, 0].map((rest) => times.filter((_, n) => n % 2 === rest))
    finder.onMessages([...odd!, ...even!].map((ce_time) => message({ ce_time })))
    expect(finder.found().events.map(({ time }) => time)).toEqual(times.slice(30).reverse())
  })

  it('keeps dead letters apart, and whom a review is by', () => {
    const finder = createFinder('e1')
    const review = { ce_id: 'e1', ce_type: 'review.posted' }
    finder.onMessages([
      message(review, 'review', '{"userId":"u1"}'),
      message({ ...review, dead_topic: 'review', dead_partition: '1', dead_offset: '4' }, 'review.dead'),
    ])
    const { events, letters } = finder.found()
    expect(events).toMatchObject([{ person: 'u1', places: [{ topic: 'review' }] }])
    expect(letters).toMatchObject([{ ref: 'review/1/4', id: 'e1' }])
  })
})

describe('a trace', () => {
  const nothing: AppTrace = { outbox: [], inbox: [], effects: [] }
  const effect = (what: string, topic: string, version: number | null, of = subject) => ({
    ...{ what, topic, version, subject: of },
    state: {},
  })
  const found = (...messages: StoredMessage[]) => {
    const finder = createFinder('e1')
    finder.onMessages(messages)
    return finder.found()
  }

  it('says of each copy whether it is as new as the event', () => {
    const apps: AppAnswers = {
      trending: { ...nothing, effects: [effect('title', 'content', 3), effect('told', 'content.stats', 9)] },
      reviews: { ...nothing, effects: [effect('titles', 'content', 2)] },
    }
    const [event] = tracedEvents('e1', found(message({ ce_id: 'e1' })), apps)
    expect(event!.effects.map(({ app, applied }) => [app, applied])).toEqual([
      ['trending', true],
      ['reviews', false],
    ])
    expect(event!.outbox).toMatchObject({ app: 'catalog', state: 'forgotten' })
    expect(traceText('e1', { events: [event!], effects: [] })).toContain(
      'reviews titles: DOES NOT HAVE IT (version 2)',
    )
  })

  it('says of a count whether the inbox has the event', () => {
    const view = message(
      { ce_id: 'e1', ce_type: 'content.viewed', ce_source: '/marquee/trending' },
      'content.viewed',
    )
    const counts = effect('content_analytics', 'content.viewed', null)
    const seenBy = (...inbox: AppTrace['inbox']) => ({ ...nothing, inbox, effects: [counts] })
    const entry = { eventId: 'e1', consumer: 'analytics', receivedAt: null }
    const stored = { ...entry, consumer: 'view ids' }
    const of = (apps: AppAnswers) => tracedEvents('e1', found(view), apps)[0]!
    expect(of({ 'user-history': seenBy(entry) }).effects[0]!.applied).toBe(true)
    expect(of({ 'user-history': seenBy() }).effects[0]!.applied).toBe(false)
    expect(of({ trending: seenBy(stored) }).outbox).toMatchObject({ app: 'trending', state: 'counted' })
  })

  it('knows a fact that only waits in its outbox, and one of which only the dead letter is left', () => {
    const row = {
      ...{ id: 'e1', type: 'content.updated', subject, subjectVersion: 3, time: '2026-05-01T10:00:00.000Z' },
      ...{ state: 'pending' as const, claimedUntil: null, publishedAt: null },
    }
    const [waiting] = tracedEvents('e1', found(), { catalog: { ...nothing, outbox: [row] } })
    expect(waiting).toMatchObject({ places: [], producer: 'catalog', outbox: { state: 'pending' } })
    const dead = message(
      { ce_id: 'e1', dead_topic: 'content', dead_partition: '0', dead_offset: '1' },
      'content.dead',
    )
    const [buried] = tracedEvents('e1', found(dead), {})
    expect(buried).toMatchObject({ outbox: null, places: [], deadLetters: [{ ref: 'content/0/1' }] })
    expect(tracedEvents('e1', found(), {})).toEqual([])
  })

  it('of a review looks at the person, whose row is what it makes', () => {
    const review = message({ ce_id: 'e1', ce_type: 'review.posted' }, 'review', '{"userId":"u1"}')
    const rows = [effect('users', 'review', 1, 'u1'), effect('users', 'review', 0)]
    const [event] = tracedEvents('e1', found(review), { 'user-history': { ...nothing, effects: rows } })
    expect(event!.effects).toMatchObject([{ what: 'users', version: 1 }])
  })
})
