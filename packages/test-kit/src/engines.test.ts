import { describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { Kafka } from 'kafkajs'
import pg from 'pg'
import { testEngines } from './engines.js'

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

async function evictionPolicy(url: string): Promise<string | undefined> {
  const redis = new Redis(url)
  const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[]
  redis.disconnect()
  return policy
}
