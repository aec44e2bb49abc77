import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { seedUsers } from '@marquee/seed'
import { settle } from '@marquee/test-kit'
import pg from 'pg'
import { api } from '../checked.js'
import { ops } from '../ops.js'
import { whileDead } from '../outage.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'

/** How long the replica is away; a minute before a release. */
const awayMs = Number(process.env.MARQUEE_REPLICA_AWAY_SECONDS ?? 5) * 1000

const owner = () => new pg.Client((readRun() as { owners?: { replica: string } }).owners!.replica)
let replica: pg.Client

beforeAll(async () => {
  replica = owner()
  await replica.connect()
})
afterAll(() => replica.end())

const play = async () => {
  const { id, token } = newPerson()
  const body = { episodeId: readRun().demo.episodeId, position: 600, duration: 3720, state: 'stopped' }
  expect((await api('/api/v1/progress', { method: 'POST', token, body })).status).toBe(200)
  return id
}

describe('ops replication', () => {
  it('status tells in words and as JSON that the replica follows', async () => {
    const words = await ops('replication', 'status')
    expect(words).toMatchObject({ exitCode: 0 })
    expect(words.stdout).toMatch(/follow/i)
    expect((await ops('replication', 'status', '--json')).json).toBeDefined()
  })

  it('verify names table, day and key of one byte that was changed by hand', async () => {
    await play()
    expect(await ops('replication', 'verify')).toMatchObject({ exitCode: 0 })
    const { rows } = await replica.query(
      `UPDATE user_watch_history SET watch_duration = watch_duration + 1
       WHERE id = (SELECT id FROM user_watch_history ORDER BY id LIMIT 1)
       RETURNING id, to_char(watched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day`,
    )
    const [{ id, day }] = rows
    try {
      const found = await ops('replication', 'verify')
      expect(found.exitCode).toBe(1)
      for (const name of ['user_watch_history', day, id]) expect(found.stdout).toContain(name)
    } finally {
      await replica.query('UPDATE user_watch_history SET watch_duration = watch_duration - 1 WHERE id = $1', [
        id,
      ])
    }
    expect(await ops('replication', 'verify')).toMatchObject({ exitCode: 0 })
  }, 120_000)

  it('a replica that was away while people watched is equal again when it is back', async () => {
    const people: string[] = []
    await replica.end()
    await whileDead(['postgres-replica'], async () => {
      const until = Date.now() + awayMs
      while (Date.now() < until) people.push(await play())
    })
    await settle(
      async () => {
        replica = owner()
        await replica.connect()
      },
      { timeoutMs: 30_000, everyMs: 250 },
    )
    expect(await ops('replication', 'verify')).toMatchObject({ exitCode: 0 })
    const { rows } = await replica.query(
      'SELECT count(*)::int AS plays FROM user_watch_history WHERE user_id = ANY($1)',
      [people],
    )
    expect(rows).toEqual([{ plays: people.length }])
  }, 240_000)

  it('holds nobody’s email in any text of the replica', async () => {
    const emails = seedUsers(50).map(({ email }) => email)
    const primary = new pg.Client(readRun().engines.analytics)
    await primary.connect()
    const known = await primary.query('SELECT count(*)::int AS n FROM users WHERE email = ANY($1)', [emails])
    await primary.end()
    expect(known.rows).toEqual([{ n: 50 }])

    const { rows: columns } = await replica.query(
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS place, quote_ident(column_name) AS name
       FROM information_schema.columns
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND data_type IN ('text', 'character varying', 'json', 'jsonb')`,
    )
    expect(columns.length).toBeGreaterThan(5)
    for (const { place, name } of columns) {
      const found = await replica.query(
        `SELECT count(*)::int AS n FROM ${place} WHERE ${name}::text LIKE '%@people.example.com%'`,
      )
      expect({ place, name, ...found.rows[0] }).toEqual({ place, name, n: 0 })
    }
  })
})
