import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { untilReplayed } from './follow.js'
import { publishedNames } from './published.js'
import { scramMatches, scramVerifier } from './scram.js'
import { putPlay, putUser } from './testing/rows.js'
import { type passwords, type TestPair, testPair } from './testing/test-pair.js'

let test: TestPair
const open: Pool[] = []
beforeAll(async () => {
  test = await testPair()
  await putUser(test.primary)
  await putPlay(test.primary)
  await test.setup()
})
afterAll(async () => {
  await Promise.all(open.map((pool) => pool.end()))
  await test.close()
})

function login(server: 'primary' | 'replica', role: keyof typeof passwords): Pool {
  // Without the settings that our own pools give their sessions.
  const pool = createPool({ url: test.as(server, role), name: 'test', max: 1, log: silentLogger })
  open.push(pool)
  return pool
}
const setting = async (role: keyof typeof passwords, server: 'primary' | 'replica') => {
  const { rows } = await test[server].query(
    'SELECT unnest(setconfig) AS setting FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole WHERE rolname = $1',
    [test.names.roles[role]],
  )
  return rows.map((row) => row.setting).sort()
}

describe('the analyst', () => {
  it('reads everything that is replicated, on the replica', async () => {
    const analyst = login('replica', 'analyst')
    for (const table of [...publishedNames, 'server_state'])
      await analyst.query(`SELECT * FROM ${table} LIMIT 1`)
    const { rows } = await analyst.query('SELECT role FROM server_state')
    expect(rows).toEqual([{ role: 'replica' }])
  })

  it('has no login on the primary', async () => {
    await expect(login('primary', 'analyst').query('SELECT 1')).rejects.toThrow(
      'password authentication failed',
    )
  })

  it('has its limits from the start', async () => {
    expect(await setting('analyst', 'replica')).toEqual([
      'TimeZone=UTC',
      'default_transaction_read_only=on',
      'idle_in_transaction_session_timeout=60s',
      'statement_timeout=60s',
    ])
  })

  it('writes nothing, also after switching read only off', async () => {
    const analyst = login('replica', 'analyst')
    const writes = [
      `INSERT INTO content_audience VALUES (gen_random_uuid(), 1, 1, now())`,
      'UPDATE users SET bio = NULL',
      'DELETE FROM user_watch_history',
      'TRUNCATE content_titles',
      'CREATE TABLE mine (id int)',
      'CREATE TEMPORARY TABLE mine (id int)',
      'SELECT lo_creat(-1)',
      `SELECT lo_from_bytea(0, 'x')`,
      'SET ROLE marquee',
      `COPY users TO PROGRAM 'cat'`,
    ]
    for (const statement of writes) await expect(analyst.query(statement)).rejects.toThrow()
    // A pool lets go of a session that met an error, and with it of the setting.
    const session = await analyst.connect()
    await session.query('SET default_transaction_read_only = off')
    for (const statement of writes)
      await expect(session.query(statement)).rejects.toThrow(/permission denied|must be/)
    session.release(true)
  })

  it('does not see where the replica gets its rows from', async () => {
    const analyst = login('replica', 'analyst')
    await expect(analyst.query('SELECT subconninfo FROM pg_subscription')).rejects.toThrow(
      'permission denied',
    )
    await expect(analyst.query('SELECT * FROM pg_authid')).rejects.toThrow('permission denied')
  })
})

describe('emails', () => {
  it('are in no column of the replica, and in no text', async () => {
    await untilReplayed(test.pair, { timeoutMs: 20_000, tell: () => undefined })
    const { rows } = await test.replica.query(
      `SELECT quote_ident(table_name) AS place, quote_ident(column_name) AS name FROM information_schema.columns
       WHERE table_schema = 'public'`,
    )
    expect(rows.map(({ name }) => name)).not.toContain('email')
    const known = await test.primary.query(
      `SELECT count(*) AS count FROM users WHERE email LIKE '%@people.example.com'`,
    )
    expect(known.rows).toEqual([{ count: 1 }])
    expect((await test.replica.query('SELECT count(*) AS count FROM users')).rows).toEqual([{ count: 1 }])
    for (const { place, name } of rows) {
      const found = await test.replica.query(
        `SELECT count(*) AS count FROM ${place} WHERE ${name}::text LIKE '%@%'`,
      )
      expect({ place, name, ...found.rows[0] }).toEqual({ place, name, count: 0 })
    }
  })

  it.each(['federation', 'replication'] as const)('cannot be read by %s on the primary', async (role) => {
    const pool = login('primary', role)
    await pool.query('SELECT id, username FROM users')
    await expect(pool.query('SELECT email FROM users')).rejects.toThrow('permission denied')
    await expect(pool.query('SELECT * FROM users')).rejects.toThrow('permission denied')
    await expect(pool.query(`SELECT id FROM users WHERE email LIKE 'a%'`)).rejects.toThrow(
      'permission denied',
    )
  })
})

describe('the federation role', () => {
  it.each(['primary', 'replica'] as const)(
    'reads what the catalogue asks for on the %s, and no more',
    async (server) => {
      const federation = login(server, 'federation')
      for (const table of ['user_watch_history', 'content_audience', 'server_state'])
        await federation.query(`SELECT * FROM ${table} LIMIT 1`)
      const { rows } = await federation.query(
        'SELECT role, heartbeat_at IS NOT NULL AS beats FROM server_state',
      )
      expect(rows).toEqual([{ role: server, beats: true }])
      await expect(federation.query('SELECT * FROM content_titles')).rejects.toThrow('permission denied')
      await expect(federation.query('DELETE FROM content_audience')).rejects.toThrow('permission denied')
      expect(await setting('federation', server)).toEqual(['statement_timeout=3s'])
    },
  )
})

describe('passwords', () => {
  it('are kept when setup runs again, and changed when they change', async () => {
    const stored = async () =>
      (
        await test.replica.query('SELECT rolpassword AS stored FROM pg_authid WHERE rolname = $1', [
          test.names.roles.analyst,
        ])
      ).rows[0].stored
    const before = await stored()
    await test.setup()
    expect(await stored()).toBe(before)
    await test.replica.query(`ALTER ROLE ${test.names.roles.analyst} PASSWORD 'another'`)
    await test.setup()
    await login('replica', 'analyst').query('SELECT 1')
  })

  it('are told to the server as what it stores of them', () => {
    const verifier = scramVerifier('a password')
    expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:/)
    expect(scramMatches('a password', verifier)).toBe(true)
    expect(scramMatches('another', verifier)).toBe(false)
    expect(scramMatches('a password', null)).toBe(false)
  })
})
