import { deadTopic, eventTypes, topicNames } from '@marquee/contracts'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { stringify } from 'uuid'
import { readRun } from '../../platform.js'
import { createTopicReader, type Told, type TopicReader } from '../kafka.js'
import type { Check } from './context.js'
import { queryOnce } from './views.js'

const shown = 5

export const topicReader = (): TopicReader => createTopicReader([...topicNames, ...topicNames.map(deadTopic)])

export const deadLetters = ({ told }: TopicReader): Told[] =>
  topicNames.flatMap((topic) => told.get(deadTopic(topic))!)

/** The topics hold what their owners stated, no more and no less, and each subject's facts first came in the order of its versions. */
export const events: Check = async ({ topics, poison }) => {
  await topics.readOn()
  const stated = await statedIds()
  return [...stated].flatMap(([topic, ids]) => {
    const told = topics.told.get(topic)!
    const inTopic = new Set(told.map(({ id }) => id))
    const lost = [...ids].filter((id) => !inTopic.has(id))
    const foreign = [...inTopic].filter((id) => !ids.has(id) && !topics.foreign.has(id))
    if (poison) for (const id of foreign.splice(0)) topics.foreign.add(id)
    const own = told.filter(({ id }) => !topics.foreign.has(id))
    return [
      ...some(`stated and not in the topic ${topic}`, lost),
      ...some(`in the topic ${topic} and never stated`, foreign),
      ...some(`out of order in the topic ${topic}`, outOfOrder(own)),
    ]
  })
}

const some = (what: string, ids: string[]): string[] =>
  ids.length === 0 ? [] : [`${ids.length} ${what}: ${ids.slice(0, shown).join(' ')}`]

/** Ids of every fact any owner ever stated, by topic. Of absolute figures no history is kept. */
async function statedIds(): Promise<Map<string, Set<string>>> {
  const stated = new Map<string, Set<string>>(
    ['content', 'episode', 'review', 'rating', 'content.viewed'].map((topic) => [topic, new Set()]),
  )
  const { catalog, reviews, counters } = readRun().engines
  const rows = [
    ...(await queryOnce<{ id: string; type: keyof typeof eventTypes }>(
      catalog,
      'SELECT id, type FROM outbox',
    )),
    ...(await reviewFacts(reviews)),
  ]
  for (const { id, type } of rows) stated.get(eventTypes[type].topic)!.add(id)
  for (const id of await viewIds(counters)) stated.get('content.viewed')!.add(id)
  return stated
}

async function reviewFacts(url: string) {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3_000 })
  try {
    const rows = await client
      .db()
      .collection<{ _id: string; type: keyof typeof eventTypes }>('outbox')
      .find({}, { projection: { type: 1 } })
      .toArray()
    return rows.map(({ _id, type }) => ({ id: _id, type }))
  } finally {
    await client.close()
  }
}

/** The counters keep 16 bytes of every view, by the hour. */
async function viewIds(url: string): Promise<string[]> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    const ids: string[] = []
    for (const key of await redis.keys('*:ids:*')) {
      const bytes = (await redis.getBuffer(key))!
      for (let at = 0; at < bytes.length; at += 16) ids.push(stringify(bytes.subarray(at, at + 16)))
    }
    return ids
  } finally {
    redis.disconnect()
  }
}

/** Facts that came for the first time after a later one of the same subject. */
export function outOfOrder(told: Told[]): string[] {
  const seen = new Set<string>()
  const latest = new Map<string, number>()
  const wrong: string[] = []
  const inPlace = [...told].sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  for (const { id, subject, subjectVersion } of inPlace) {
    if (seen.has(id)) continue
    seen.add(id)
    if (subjectVersion <= (latest.get(subject) ?? 0)) wrong.push(id)
    else latest.set(subject, subjectVersion)
  }
  return wrong
}

/** Nothing was given up, unless poison was fed. */
export const noDeadLetters: Check = async ({ topics, deadBefore, poison }) => {
  await topics.readOn()
  const dead = deadLetters(topics).filter((letter) => !deadBefore.has(letter))
  if (poison || dead.length === 0) return []
  return [`${dead.length} dead letters: ${dead.slice(0, shown).map(({ topic, id }) => `${topic} ${id}`)}`]
}
