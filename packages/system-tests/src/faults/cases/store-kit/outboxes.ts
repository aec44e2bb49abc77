import assert from 'node:assert/strict'
import { settle } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'
import { rowsOf } from '../app-kit/stores.js'
import { caughtUp, sum } from './groups.js'

/** Facts that were stated before `ms` since 1970 and are not published, by the app whose outbox holds them; past all code of the apps. */
export async function waiting({ run }: Scene, ms = Date.now()): Promise<Record<string, number>> {
  const { catalog, reviews, counters } = run().engines
  const [row] = await rowsOf<{ count: string }>(
    catalog,
    'SELECT count(*) FROM outbox WHERE published_at IS NULL AND time < $1',
    [new Date(ms)],
  )
  const client = new MongoClient(reviews, { maxPoolSize: 1, serverSelectionTimeoutMS: 3_000 })
  const redis = new Redis(counters, { maxRetriesPerRequest: 1 })
  try {
    return {
      catalog: Number(row!.count),
      reviews: await client
        .db()
        .collection('outbox')
        .countDocuments({ pending: true, time: { $lt: new Date(ms) } }),
      trending: (await redis.xrange('{t}:outbox', '-', String(ms))).length,
    }
  } finally {
    await client.close()
    redis.disconnect()
  }
}

/** What waits now is published, and every group has done it; the milliseconds that it took. */
export async function drained(scene: Scene, withinMs = 30_000 * patience): Promise<number> {
  const [began, now] = [performance.now(), Date.now()]
  await settle(
    async () => {
      const left = await waiting(scene, now)
      assert.equal(sum(left), 0, `the outboxes are drained: ${JSON.stringify(left)}`)
    },
    { timeoutMs: withinMs, everyMs: 200 },
  )
  await caughtUp(scene, withinMs)
  return performance.now() - began
}
