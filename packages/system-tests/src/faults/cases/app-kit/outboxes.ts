import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import type { Run } from '../../../platform.js'
import { rowsOf } from './stores.js'

/** A relay: which lease it runs under, what it publishes, and its outbox seen past all code of the apps. */
export interface RelayStore {
  lease: string
  app: 'catalog' | 'reviews' | 'trending'
  topics: string[]
  /** Ids of facts that some leader has claimed and nobody has marked. */
  claimed(run: Run): Promise<string[]>
  /** Of these ids, those that still wait. */
  pending(run: Run, ids: string[]): Promise<string[]>
}

async function onMongo<T>(
  url: string,
  work: (outbox: ReturnType<typeof outboxOf>) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(url, { maxPoolSize: 1, serverSelectionTimeoutMS: 3_000 })
  try {
    return await work(outboxOf(client))
  } finally {
    await client.close()
  }
}
const outboxOf = (client: MongoClient) => client.db().collection<{ _id: string }>('outbox')

async function onRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 })
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

const stream = '{t}:outbox'
const eventId = (fields: string[]): string => fields[fields.indexOf('id') + 1]!

const relays: RelayStore[] = [
  {
    lease: 'catalog.relay',
    app: 'catalog',
    topics: ['content', 'episode'],
    async claimed({ engines }) {
      const rows = await rowsOf(
        engines.catalog,
        'SELECT id::text FROM outbox WHERE published_at IS NULL AND claimed_epoch IS NOT NULL',
      )
      return rows.map(({ id }) => id)
    },
    async pending({ engines }, ids) {
      const rows = await rowsOf(
        engines.catalog,
        'SELECT id::text FROM outbox WHERE published_at IS NULL AND id = ANY($1::uuid[])',
        [ids],
      )
      return rows.map(({ id }) => id)
    },
  },
  {
    lease: 'reviews.relay',
    app: 'reviews',
    topics: ['review', 'rating'],
    claimed: ({ engines }) =>
      onMongo(engines.reviews, async (outbox) => {
        const found = await outbox.find({ pending: true, claimedEpoch: { $exists: true } }).toArray()
        return found.map(({ _id }) => _id)
      }),
    pending: ({ engines }, ids) =>
      onMongo(engines.reviews, async (outbox) => {
        const found = await outbox.find({ pending: true, _id: { $in: ids } }).toArray()
        return found.map(({ _id }) => _id)
      }),
  },
  {
    lease: 'trending.leader',
    app: 'trending',
    topics: ['content.viewed', 'content.stats'],
    claimed: ({ engines }) =>
      onRedis(engines.counters, async (redis) => {
        const held = (await redis.xpending(stream, 'relay', '-', '+', 10_000)) as [string][]
        const entries = await Promise.all(held.map(([entry]) => redis.xrange(stream, entry, entry)))
        return entries.flat().map(([, fields]) => eventId(fields))
      }),
    pending: ({ engines }, ids) =>
      onRedis(engines.counters, async (redis) => {
        const waiting = new Set((await redis.xrange(stream, '-', '+')).map(([, fields]) => eventId(fields)))
        return ids.filter((id) => waiting.has(id))
      }),
  },
]

export const relayStores: readonly RelayStore[] = relays

/** Who reads the stream of trending, and how many entries each has read that are not confirmed. */
export const streamConsumers = ({ engines }: Run): Promise<{ name: string; pending: number }[]> =>
  onRedis(engines.counters, async (redis) => {
    const consumers = (await redis.xinfo('CONSUMERS', stream, 'relay')) as (string | number)[][]
    return consumers.map((fields) => ({
      name: String(fields[fields.indexOf('name') + 1]),
      pending: Number(fields[fields.indexOf('pending') + 1]),
    }))
  })
