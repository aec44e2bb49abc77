import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLease, createPool, type Lease } from '@marquee/postgres'
import { createMetrics, silentLogger } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import { untilReplayed } from './follow.js'
import { readHeartbeat } from './heartbeat-store.js'
import { replicationBackground } from './replication-background.js'
import { readSlot } from './slot-store.js'
import { readSubscription } from './subscription-store.js'
import { putUser } from './testing/rows.js'
import { type TestPair, testPair } from './testing/test-pair.js'

let test: TestPair
let lease: Lease
const metrics = createMetrics('test')
let background: ReturnType<typeof replicationBackground>
beforeAll(async () => {
  test = await testPair()
  await test.setup()
  lease = createLease(test.primary, 'jobs', 'test')
  await settle(() => lease.epoch() !== null)
  background = replicationBackground({
    ...test.pair,
    lease,
    log: silentLogger,
    metrics,
    heartbeatEveryMs: 50,
  })
  for (const { start } of background) await start?.()
})
afterAll(async () => {
  for (const { stop } of background) await stop()
  await lease.release()
  await test.close()
})

const metric = async (name: string) =>
  Number(new RegExp(`^${name}\\{.*\\} (.+)$`, 'm').exec(await metrics.registry.metrics())?.[1])

describe('the work beside the requests', () => {
  it('writes a heartbeat that reaches the replica', async () => {
    const first = (await readHeartbeat(test.replica))!
    await settle(async () => (await readHeartbeat(test.replica))! > first)
    expect(await metric('marquee_replica_lag_seconds')).toBeLessThan(5)
    const { rows } = await test.replica.query(
      'SELECT role, heartbeat_at IS NOT NULL AS beats FROM server_state',
    )
    expect(rows).toEqual([{ role: 'replica', beats: true }])
    const primary = await test.primary.query('SELECT role FROM server_state')
    expect(primary.rows).toEqual([{ role: 'primary' }])
  })

  it('makes the months ahead on both servers', async () => {
    await settle(async () => {
      for (const pool of [test.primary, test.replica]) {
        const { rows } = await pool.query(
          `SELECT count(*) AS count FROM pg_inherits WHERE inhparent = 'user_watch_history'::regclass`,
        )
        expect(rows).toEqual([{ count: 5 }])
      }
    })
  })

  it('starts the replica again whenever the connection breaks', async () => {
    for (let round = 0; round < 3; round++) {
      const pid = await settle(async () => (await readSlot(test.primary, test.names))?.pid ?? false)
      await test.primary.query('SELECT pg_terminate_backend($1)', [pid])
      await putUser(test.primary)
      await settle(() => untilReplayed(test.pair, { timeoutMs: 10_000, tell: () => undefined }), {
        timeoutMs: 20_000,
      })
    }
    await settle(async () => expect(await metric('marquee_replica_following')).toBe(1))
  }, 90_000)

  it('leaves it stopped when a person stopped it', async () => {
    await settle(async () => expect(await metric('marquee_replica_following')).toBe(1))
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} DISABLE`)
    await settle(async () => expect(await metric('marquee_replica_following')).toBe(0))
    expect((await readSubscription(test.replica, test.names))!.enabled).toBe(false)
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} ENABLE`)
  })

  it('tells by its metric when the replica is down', async () => {
    const link = await proxyTo(test.servers.replica.url)
    await link.close()
    const replica = createPool({ url: link.url, name: 'test', log: silentLogger })
    const alone = createMetrics('alone')
    replicationBackground({
      ...test.pair,
      replica,
      lease,
      log: silentLogger,
      metrics: alone,
      heartbeatEveryMs: 1000,
    })
    expect(await alone.registry.metrics()).toMatch(/^marquee_replica_lag_seconds\{.*\} -1$/m)
    await replica.end()
  })
})
