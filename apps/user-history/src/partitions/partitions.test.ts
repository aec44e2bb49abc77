import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from '@marquee/postgres'
import { createPool } from '@marquee/postgres'
import { createMetrics, type Logger, silentLogger } from '@marquee/service-kit'
import { proxyTo } from '@marquee/test-kit'
import { type TwoServers, twoServers } from '../replication/testing/two-servers.js'
import { ensureMonths } from './ensure-months.js'
import { createStrayAlarm, keepMonths } from './keep-months.js'
import { monthsOf } from './partitions-store.js'

let servers: TwoServers
let primary: Pool
let replica: Pool
beforeAll(async () => {
  servers = await twoServers()
  primary = servers.primary.pool
  replica = servers.replica.pool
})
afterAll(() => servers.close())

const both = () => ({ primary, replica })
const at = (text: string) => new Date(text)
const have = async (pool: Pool) => [...(await monthsOf(pool, 'user_watch_history'))].sort()

async function play(pool: Pool, watchedAt: string): Promise<string> {
  const id = randomUUID()
  await pool.query(
    `INSERT INTO user_watch_history (id, user_id, content_id, run, watched_at, watch_duration, completed, source, created_at)
     VALUES ($1, $1, $1, 1, $2, 60, true, 'test', now())`,
    [id, watchedAt],
  )
  return id
}
const liesIn = async (pool: Pool, id: string) =>
  (await pool.query('SELECT tableoid::regclass::text AS name FROM user_watch_history WHERE id = $1', [id]))
    .rows[0]?.name

/** Remembers what was warned of. */
function listening() {
  const told: { fields: Record<string, unknown>; message: string }[] = []
  const log = {
    ...silentLogger,
    warn: (fields: Record<string, unknown>, message: string) => told.push({ fields, message }),
  }
  return { told, log: log as unknown as Logger }
}

describe('monthly partitions', () => {
  it('are made for a range on both servers, and only once', async () => {
    const range = [at('2019-11-15T00:00:00Z'), at('2020-01-01T00:00:00Z')] as const
    const made = ['2019-11', '2019-12', '2020-01']
    expect(await ensureMonths(both(), 'user_watch_history', ...range)).toEqual({
      primary: made,
      replica: made,
    })
    expect(await ensureMonths(both(), 'user_watch_history', ...range)).toEqual({ primary: [], replica: [] })
    expect(await have(primary)).toEqual(await have(replica))
    expect(await liesIn(primary, await play(primary, '2019-12-31T23:59:59.999Z'))).toBe(
      'user_watch_history_201912',
    )
    expect(await liesIn(primary, await play(primary, '2020-01-01T00:00:00Z'))).toBe(
      'user_watch_history_202001',
    )
    const days = await ensureMonths(both(), 'content_analytics', ...range)
    expect(days).toEqual({ primary: made, replica: made })
  })

  it('are made once by many at the same time', async () => {
    const range = [at('2018-01-01T00:00:00Z'), at('2018-12-31T00:00:00Z')] as const
    const all = await Promise.all(
      Array.from({ length: 4 }, () => ensureMonths(both(), 'user_watch_history', ...range)),
    )
    for (const side of ['primary', 'replica'] as const)
      expect(all.flatMap((made) => made[side] ?? []).sort()).toEqual(
        Array.from({ length: 12 }, (_, n) => `2018-${String(n + 1).padStart(2, '0')}`),
      )
  })

  it('have the keys and indexes of their table', async () => {
    await ensureMonths(both(), 'user_watch_history', at('2017-05-01T00:00:00Z'), at('2017-05-01T00:00:00Z'))
    const valid = await primary.query(
      `SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE relname LIKE 'user_watch_history%' AND NOT indisvalid`,
    )
    expect(valid.rows).toEqual([])
    const id = await play(primary, '2017-05-02T00:00:00Z')
    await expect(
      primary.query('INSERT INTO user_watch_history SELECT * FROM user_watch_history WHERE id = $1', [id]),
    ).rejects.toThrow('duplicate key')
  })

  it('take over the rows of their month that had gone astray, and no others', async () => {
    const stray = await play(primary, '2016-03-10T00:00:00Z')
    const other = await play(primary, '2016-04-01T00:00:00Z')
    const copy = await play(replica, '2016-03-10T00:00:00Z')
    expect(await liesIn(primary, stray)).toBe('user_watch_history_default')
    await ensureMonths(both(), 'user_watch_history', at('2016-03-01T00:00:00Z'), at('2016-03-31T00:00:00Z'))
    expect(await liesIn(primary, stray)).toBe('user_watch_history_201603')
    expect(await liesIn(replica, copy)).toBe('user_watch_history_201603')
    expect(await liesIn(primary, other)).toBe('user_watch_history_default')
    await primary.query('DELETE FROM user_watch_history WHERE id = $1', [other])
  })

  it('wait for a long reader instead of failing, and hold up no writer for long', async () => {
    const reader = await primary.connect()
    try {
      await reader.query('BEGIN')
      await reader.query('SELECT count(*) FROM user_watch_history')
      const making = ensureMonths(
        both(),
        'user_watch_history',
        at('2015-01-01T00:00:00Z'),
        at('2015-01-31T00:00:00Z'),
      )
      await play(primary, '2018-06-01T00:00:00Z')
      await reader.query('COMMIT')
      expect((await making).primary).toEqual(['2015-01'])
    } finally {
      reader.release()
    }
  })
})

describe('the job that makes months ahead', () => {
  const now = at('2030-05-20T12:00:00Z')

  it('puts the primary off while the replica is down, until a second month would be missing', async () => {
    const link = await proxyTo(servers.replica.url)
    const cutOff = createPool({ url: link.url, name: 'test', log: silentLogger })
    await link.close()
    const { told, log } = listening()
    try {
      await keepMonths(both(), now, log)
      expect(told).toEqual([])
      const ahead = ['2030-05', '2030-06', '2030-07', '2030-08']
      expect(await have(primary)).toEqual(expect.arrayContaining(ahead))
      expect(await have(replica)).toEqual(await have(primary))

      await keepMonths({ primary, replica: cutOff }, at('2030-06-01T00:00:00Z'), log)
      expect(await have(primary)).not.toContain('2030-09')
      await keepMonths({ primary, replica: cutOff }, at('2030-07-01T00:00:00Z'), log)
      expect(await have(primary)).toEqual(expect.arrayContaining(['2030-09', '2030-10']))
      expect(await have(replica)).not.toContain('2030-09')
      expect(told.map(({ fields }) => fields.missing)).toEqual(
        expect.arrayContaining([['2030-09'], ['2030-09', '2030-10']]),
      )
    } finally {
      await cutOff.end()
    }
  })

  it('makes on a replica that is back whatever the primary has, strays and all', async () => {
    const stray = await play(replica, '2030-09-09T00:00:00Z')
    expect(await liesIn(replica, stray)).toBe('user_watch_history_default')
    // Long after those months were ahead.
    await keepMonths(both(), at('2031-01-01T00:00:00Z'), silentLogger)
    expect(await have(replica)).toEqual(await have(primary))
    expect(await liesIn(replica, stray)).toBe('user_watch_history_203009')
  })

  it('raises an alarm for rows that no month took', async () => {
    const metrics = createMetrics('test')
    const { told, log } = listening()
    const countStrays = createStrayAlarm(metrics, log)
    await countStrays(both())
    expect(told).toEqual([])
    await play(primary, '2040-01-01T00:00:00Z')
    await countStrays(both())
    expect(told).toMatchObject([{ fields: { table: 'user_watch_history', server: 'primary', rows: 1 } }])
    expect(await metrics.registry.metrics()).toMatch(
      /marquee_partition_strays_rows\{table="user_watch_history",server="primary",app="test"\} 1/,
    )
  })
})
