import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { foreignPool } from '../audience/foreign-pool.js'
import { readState } from '../audience/state-store.js'
import { bulkDatabase } from '../import/testing/bulk-database.js'
import { runCli } from '../import/testing/command-line.js'
import { type AnalyticsServers, analyticsServers } from '../testing/analytics-servers.js'
import { federate } from './federate-command.js'
import { changesOf, serverOptions } from './server-options.js'

describe('options of the foreign server', () => {
  it('name both hosts in their order, and one way in for both', () => {
    const { servers, user, password } = serverOptions([
      'postgres://reader:it%27s@one:5103/analytics',
      'postgres://reader:it%27s@[::1]/analytics',
    ])
    expect(servers.analytics_fallback).toMatchObject({
      host: '::1,one',
      port: '5432,5103',
      dbname: 'analytics',
    })
    expect(servers.analytics).toMatchObject({
      host: 'one,::1',
      port: '5103,5432',
      dbname: 'analytics',
      connect_timeout: '2',
      fetch_size: '1000',
      use_remote_estimate: 'true',
      options: '-c statement_timeout=3000',
    })
    expect([user, password]).toEqual(['reader', "it's"])
  })

  it.each([
    'postgres://reader:x@b/other',
    'postgres://writer:x@b/analytics',
    'postgres://reader:y@b/analytics',
  ])('are refused for a second host that needs others: %s', (url) => {
    expect(() => serverOptions(['postgres://reader:x@a/analytics', url])).toThrow(/must be the same/)
  })

  it('change as little as they can', () => {
    const changes = changesOf(
      { host: 'a', port: '1', sslmode: 'require' },
      { host: 'b', port: '1', dbname: 'd' },
    )
    expect(changes).toEqual([
      { does: 'DROP', name: 'sslmode' },
      { does: 'SET', name: 'host', value: 'b' },
      { does: 'ADD', name: 'dbname', value: 'd' },
    ])
    expect(changesOf({ host: 'b' }, { host: 'b' })).toEqual([])
  })
})

describe('federate', () => {
  let database: Awaited<ReturnType<typeof bulkDatabase>>
  let servers: AnalyticsServers
  let pool: Pool
  beforeAll(async () => {
    ;[database, servers] = await Promise.all([bulkDatabase(), analyticsServers()])
    pool = database.pool
  })
  afterAll(async () => {
    await database.close()
    await servers.close()
  })
  const found = async () => {
    const { rows } = await pool.query(
      `SELECT s.srvoptions AS server, m.umoptions AS mapping FROM pg_foreign_server AS s
       LEFT JOIN pg_user_mappings AS m ON m.srvid = s.oid ORDER BY s.srvname`,
    )
    return rows
  }
  const askedOf = async () => {
    const session = foreignPool({ url: database.url, place: 'analytics', timeoutMs: 3000, log: silentLogger })
    try {
      return (await readState(session)).source
    } finally {
      await session.end()
    }
  }

  it('points at the servers, again without a change, and at others when they move', async () => {
    await federate(pool, [...servers.urls])
    expect(await askedOf()).toBe('primary')
    const first = await found()
    await federate(pool, [...servers.urls])
    expect(await found()).toEqual(first)
    const session = foreignPool({ url: database.url, place: 'analytics', timeoutMs: 3000, log: silentLogger })
    expect((await readState(session)).source).toBe('primary')
    await federate(pool, [undefined, servers.urls[1]])
    // A session that was open takes notice too.
    expect((await readState(session)).source).toBe('replica')
    await session.end()
    await Promise.all([federate(pool, [...servers.urls]), federate(pool, [...servers.urls])])
    expect(await found()).toEqual(first)
  })

  it('leaves the server as it is when nobody names one', async () => {
    const before = await found()
    expect(await federate(pool, [undefined, undefined])).toBe(false)
    expect(await found()).toEqual(before)
  })

  it('puts the password where statements are not kept', async () => {
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    await federate(pool, [...servers.urls])
    const kept = `SELECT query FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid WHERE datname = current_database()`
    const { rows } = await pool.query<{ query: string }>(kept)
    expect(rows.some(({ query }) => query.includes('federation.map'))).toBe(true)
    expect(rows.filter(({ query }) => query.includes('secret'))).toEqual([])
  })

  it('gives no way to what the catalogue has no business with', async () => {
    await expect(pool.query('SELECT email FROM analytics.users')).rejects.toThrow(/email/)
    const reader = createPool({ url: servers.urls[0], name: 'test', max: 1, log: silentLogger })
    await expect(reader.query('SELECT email FROM users')).rejects.toThrow(/permission denied/)
    await reader.end()
  })

  it('is a command, which needs no server to be up and says what is wrong with its URLs', async () => {
    const dead = 'postgres://reader:x@127.0.0.1:1/analytics'
    const run = (env: Record<string, string>) => runCli(['federate'], database.url, env).ended
    const done = await run({ ANALYTICS_URL: dead })
    expect([done.code, done.stdout]).toEqual([0, 'federated\n'])
    const none = await run({})
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('stay as they are')])
    const differing = await run({ ANALYTICS_URL: dead, REPLICA_URL: 'postgres://reader:x@127.0.0.1:1/other' })
    expect([differing.code, differing.stderr]).toEqual([
      78,
      expect.stringContaining('the database must be the same'),
    ])
    expect((await run({ REPLICA_URL: 'http://x' })).code).toBe(78)
  })
})
