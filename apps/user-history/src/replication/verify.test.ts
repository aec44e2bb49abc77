import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { untilReplayed } from './follow.js'
import { putAudience, putPlay, putTitle, putUser } from './testing/rows.js'
import { type TestPair, testPair } from './testing/test-pair.js'
import { verdictJson, verdictWords, verify } from './verify.js'

let test: TestPair
beforeAll(async () => {
  test = await testPair()
  await test.setup()
})
afterAll(() => test.close())

const patience = { timeoutMs: 20_000, stoppedMs: 200, tell: () => undefined }
const verdict = () => verify(test.pair, patience)
const differences = async () => (await verdict()).tables.flatMap((table) => table.differences)
/** Changes the replica by hand, finds what that made, and undoes it. */
async function afterChanging(change: string, values: unknown[], undo: string) {
  await test.replica.query(change, values)
  try {
    return await differences()
  } finally {
    await test.replica.query(undo, values)
  }
}

describe('replication verify', () => {
  it('finds both sides equal, whatever their settings are', async () => {
    await putUser(test.primary)
    await putPlay(test.primary)
    await putTitle(test.primary, randomUUID(), 'Winter "Tide", \\ and 冬')
    await test.primary.query(
      `INSERT INTO content_analytics (content_id, day, average_rating) VALUES ($1, '2026-03-10', 0.1::float8 + 0.2)`,
      [randomUUID()],
    )
    const { rows } = await test.replica.query('SELECT current_database() AS name')
    await test.replica.query(`ALTER DATABASE ${rows[0].name} SET TimeZone = 'Asia/Seoul'`)
    await test.replica.query(`ALTER DATABASE ${rows[0].name} SET DateStyle = 'German'`)
    await test.replica.query(`ALTER DATABASE ${rows[0].name} SET extra_float_digits = 0`)
    // A session has the settings of its beginning.
    const replica = createPool({ url: test.servers.replica.url, name: 'test', log: silentLogger })
    const found = await verify({ ...test.pair, replica }, patience)
    await replica.end()
    expect(found.equal).toBe(true)
    expect(found.tables.map(({ table, primary }) => [table, primary.rows])).toEqual([
      ['users', 1],
      ['user_watch_history', 1],
      ['content_audience', 0],
      ['content_titles', 1],
      ['content_analytics', 1],
      ['favorites', 0],
      ['user_watch_status', 0],
    ])
    for (const { primary, replica } of verdictJson(found).tables) expect(replica).toEqual(primary)
    expect(verdictWords(found)).toContain('the replica equals the primary')
  })

  it('names table, day and key of one byte that was changed by hand, with both values', async () => {
    for (let n = 0; n < 300; n++)
      await putPlay(test.primary, { watchedAt: `2026-04-0${1 + (n % 9)}T23:30:00Z` })
    const id = await putPlay(test.primary, { watchedAt: '2026-04-05T23:59:59.999Z', watchDuration: 600 })
    await untilReplayed(test.pair, patience)
    await test.replica.query('UPDATE user_watch_history SET watch_duration = 601 WHERE id = $1', [id])
    const found = await verdict()
    await test.replica.query('UPDATE user_watch_history SET watch_duration = 600 WHERE id = $1', [id])
    expect(found.tables.flatMap((table) => table.differences)).toEqual([
      {
        table: 'user_watch_history',
        day: '2026-04-05',
        key: { id, watched_at: '2026-04-05 23:59:59.999+00' },
        kind: 'different',
        columns: [{ name: 'watch_duration', primary: '600', replica: '601' }],
      },
    ])
    for (const part of [
      'user_watch_history',
      '2026-04-05',
      id,
      'watch_duration is 600 on the primary, 601 on the replica',
    ])
      expect(verdictWords(found)).toContain(part)
    expect((await verdict()).equal).toBe(true)
  })

  it('tells what is missing from what is too much, in every table', async () => {
    const user = await putUser(test.primary, { createdAt: '2025-12-31T23:59:59Z' })
    await untilReplayed(test.pair, patience)
    await test.replica.query('DELETE FROM users WHERE id = $1', [user])
    const stranger = randomUUID()
    await putAudience(test.replica, stranger)
    const title = randomUUID()
    await test.replica.query(
      `INSERT INTO content_titles (id, is_vip, status, version, updated_at) VALUES ($1, false, 'published', 1, '2026-01-01')`,
      [title],
    )
    const found = await differences()
    await test.replica.query('DELETE FROM content_audience')
    await test.replica.query('DELETE FROM content_titles WHERE id = $1', [title])
    await test.primary.query('DELETE FROM users WHERE id = $1', [user])
    expect(found).toMatchObject([
      { table: 'users', day: '2025-12-31', key: { id: user }, kind: 'missing on the replica' },
      { table: 'content_audience', key: { content_id: stranger }, kind: 'on the replica only' },
      { table: 'content_titles', day: '2026-01-01', key: { id: title }, kind: 'on the replica only' },
    ])
  })

  it('does not show a long text', async () => {
    const id = await putUser(test.primary, { bio: 'x'.repeat(200) })
    await untilReplayed(test.pair, patience)
    const [found] = await afterChanging(
      `UPDATE users SET bio = bio || 'y' WHERE id = $1`,
      [id],
      `UPDATE users SET bio = left(bio, 200) WHERE id = $1`,
    )
    expect(found!.columns).toEqual([
      { name: 'bio', primary: '(text of 200 characters)', replica: '(text of 201 characters)' },
    ])
  })

  it('is not misled by rows that are written all the time, and finds the one that is wrong among them', async () => {
    const hot = randomUUID()
    await putAudience(test.primary, hot)
    const broken = await putPlay(test.primary, { watchedAt: '2026-05-05T00:00:00Z' })
    await untilReplayed(test.pair, patience)
    await test.replica.query('UPDATE user_watch_history SET completed = false WHERE id = $1', [broken])
    let writing = true
    let written = 0
    const writers = [
      async () => {
        while (writing) {
          await test.servers.primary.pool.query(
            'UPDATE content_audience SET plays = plays + 1, updated_at = now() WHERE content_id = $1',
            [hot],
          )
          written++
        }
      },
      async () => {
        while (writing) await putPlay(test.servers.primary.pool, { watchedAt: '2026-05-05T00:00:00Z' })
      },
    ].map((write) => write())
    try {
      await settle(() => written > 100)
      const before = written
      const found = await differences()
      expect(written).toBeGreaterThan(before)
      expect(found).toMatchObject([{ table: 'user_watch_history', day: '2026-05-05', key: { id: broken } }])
      await test.replica.query('UPDATE user_watch_history SET completed = true WHERE id = $1', [broken])
      for (let n = 0; n < 5; n++) expect(await differences()).toEqual([])
    } finally {
      writing = false
      await Promise.all(writers)
    }
  })

  it('waits for a replica that was stopped during writes, and finds it equal again', async () => {
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} DISABLE`)
    for (let n = 0; n < 50; n++) await putPlay(test.primary, { watchedAt: '2026-06-01T00:00:00Z' })
    await expect(verdict()).rejects.toThrow('Replication is stopped')
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} ENABLE`)
    const found = await verdict()
    expect(found.equal).toBe(true)
  })

  it('gives up in time when the replica stays behind, and says what to do', async () => {
    const session = await test.replica.connect()
    await session.query('BEGIN')
    await session.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
    await putUser(test.primary)
    await expect(verify(test.pair, { timeoutMs: 500, tell: () => undefined })).rejects.toThrow(
      /still behind: \d+ bytes.*replication status/s,
    )
    await session.query('ROLLBACK')
    session.release()
    expect((await verdict()).equal).toBe(true)
  })

  it('names no more than it can, and says that there are more', async () => {
    const ids = Array.from({ length: 6000 }, () => randomUUID())
    await test.replica.query(
      `INSERT INTO content_audience SELECT id, 1, 1, '2026-07-01' FROM unnest($1::uuid[]) AS id`,
      [ids],
    )
    const found = await verdict()
    await test.replica.query('DELETE FROM content_audience WHERE content_id = ANY($1)', [ids])
    const audience = found.tables.find(({ table }) => table === 'content_audience')!
    expect(audience.more).toBe(true)
    expect(audience.differences.length).toBeGreaterThanOrEqual(5000)
    expect(verdictWords(found).split('\n').length).toBeLessThan(40)
  })
})
