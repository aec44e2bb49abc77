import { describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { testEngines } from './engines.js'
import { freshDatabase, freshReviewsUrl } from './fresh-database.js'
import { proxyTo } from './proxy.js'

describe('the engines of a test run', () => {
  it('answer under the URLs that testEngines tells', async () => {
    const engines = testEngines()
    const client = new pg.Client(engines.catalog)
    await client.connect()
    const found = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
    const workers =
      engines.catalogKind === 'citus'
        ? await client.query('SELECT count(*)::int AS n FROM citus_get_active_worker_nodes()')
        : null
    await client.end()
    expect(found.rowCount).toBe(engines.catalogKind === 'citus' ? 1 : 0)
    if (workers) expect(workers.rows).toEqual([{ n: engines.catalogWorkers.length }])

    const policies = await Promise.all([engines.cache, engines.counters].map(evictionPolicy))
    expect(policies).toEqual(['allkeys-lru', 'noeviction'])

    const settings = await Promise.all(
      [engines.analytics, engines.replica].map((url) => queryOne(url, 'SHOW wal_level')),
    )
    expect(settings).toEqual([{ wal_level: 'logical' }, { wal_level: 'logical' }])

    const admin = new Kafka({
      clientId: 'test',
      brokers: engines.kafka,
      logCreator: () => () => undefined,
    }).admin()
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    expect(brokers).toHaveLength(1)
  })
})

describe('a database of a test of its own', () => {
  it.each(['catalog', 'analytics', 'replica'] as const)(
    'is made on the server of %s, and dropped with its sessions',
    async (engine) => {
      const { url, drop } = await freshDatabase({ engine })
      expect(new URL(url).port).toBe(new URL(testEngines()[engine]).port)
      const name = new URL(url).pathname.slice(1)
      expect(await queryOne(url, 'SELECT current_database() AS name')).toEqual({ name })
      const session = new pg.Client(url)
      session.on('error', () => undefined)
      await session.connect()
      await drop()
      await expect(new pg.Client(url).connect()).rejects.toThrow('does not exist')
    },
  )

  it('is a name on MongoDB that takes transactions, and is gone when dropped', async () => {
    const { url, drop } = freshReviewsUrl()
    const client = await new MongoClient(url).connect()
    try {
      expect(freshReviewsUrl().url).not.toBe(url)
      await client.withSession((session) =>
        session.withTransaction(() => client.db().collection('kept').insertOne({}, { session })),
      )
      const names = async () =>
        (await client.db().admin().listDatabases()).databases.map((database) => database.name)
      expect(await names()).toContain(client.db().databaseName)
      await drop()
      expect(await names()).not.toContain(client.db().databaseName)
    } finally {
      await client.close()
    }
  })
})

it('a link to MongoDB that is cut cuts its client off, which does not go round it', async () => {
  const own = freshReviewsUrl()
  const link = await proxyTo(own.url)
  const client = await new MongoClient(link.url, { serverSelectionTimeoutMS: 300 }).connect()
  try {
    await client.withSession((session) =>
      session.withTransaction(() => client.db().collection('kept').insertOne({}, { session })),
    )
    await link.close()
    await expect(client.db().collection('kept').findOne()).rejects.toThrow('ECONNREFUSED')
  } finally {
    await client.close()
    await own.drop()
  }
})

async function queryOne(url: string, text: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows[0]
}

async function evictionPolicy(url: string): Promise<string | undefined> {
  const redis = new Redis(url)
  const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[]
  redis.disconnect()
  return policy
}
