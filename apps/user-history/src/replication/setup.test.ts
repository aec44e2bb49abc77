import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Pool } from '@marquee/postgres'
import { proxyTo, settle } from '@marquee/test-kit'
import { ensureMonths } from '../partitions/ensure-months.js'
import { untilReplayed } from './follow.js'
import { publishedNames } from './published.js'
import { setup } from './setup.js'
import { makeSlot, readSlot } from './slot-store.js'
import {
  connectionTo,
  createSubscription,
  enableSubscription,
  readSubscription,
} from './subscription-store.js'
import { putAudience, putPlay, putTitle, putUser } from './testing/rows.js'
import { passwords, type TestPair, testPair } from './testing/test-pair.js'

let test: TestPair
beforeEach(async () => {
  test = await testPair()
})
afterEach(() => test.close())

const replayed = () => untilReplayed(test.pair, { timeoutMs: 20_000, tell: () => undefined })
const all = async (pool: Pool, table: string, columns = '*') =>
  (await pool.query(`SELECT ${columns} FROM ${table} ORDER BY 1`)).rows
const columnsOf = { users: 'id, username, bio, created_at', user_watch_history: '*', content_titles: '*' }

async function expectEqual() {
  await replayed()
  for (const [table, columns] of Object.entries(columnsOf))
    expect(await all(test.replica, table, columns)).toEqual(await all(test.primary, table, columns))
}
const following = async () => {
  const { tables, enabled } = (await readSubscription(test.replica, test.names))!
  return enabled && publishedNames.every((name) => tables[name] === 'following')
}

describe('replication setup', () => {
  it('copies what is there, then inserts, updates and deletes, through partitions of either side', async () => {
    const march = new Date('2026-03-01T00:00:00Z')
    await ensureMonths({ primary: test.primary, replica: null }, 'user_watch_history', march, march)
    const [kept, changed, gone] = [
      await putUser(test.primary),
      await putUser(test.primary),
      await putUser(test.primary),
    ]
    const plays = [
      await putPlay(test.primary),
      await putPlay(test.primary, { watchedAt: '2020-01-01T00:00:00Z' }),
    ]
    await putTitle(test.primary, randomUUID(), 'Winter Tide')
    await test.setup()
    await expectEqual()
    expect(await all(test.replica, 'users')).toHaveLength(3)

    await test.primary.query(`UPDATE users SET bio = 'new' WHERE id = $1`, [changed])
    await test.primary.query('DELETE FROM users WHERE id = $1', [gone])
    await test.primary.query('DELETE FROM user_watch_history WHERE id = $1', [plays[0]])
    await test.primary.query('UPDATE user_watch_history SET watch_duration = 1 WHERE id = $1', [plays[1]])
    await putPlay(test.primary, { userId: kept, watchedAt: '2026-03-31T23:59:59.999Z' })
    await putPlay(test.primary, { userId: kept, watchedAt: '2031-01-01T00:00:00Z' })
    await expectEqual()
    expect(await all(test.replica, 'users')).toHaveLength(2)
    expect(await all(test.replica, 'user_watch_history')).toHaveLength(3)
  })

  it('carries rows along that move into their month', async () => {
    await test.setup()
    const range = [new Date('2026-03-01T00:00:00Z'), new Date('2026-04-30T00:00:00Z')] as const
    await putPlay(test.primary, { watchedAt: '2026-03-10T00:00:00Z' })
    await putPlay(test.primary, { watchedAt: '2026-04-10T00:00:00Z' })
    await replayed()
    await ensureMonths(test.pair, 'user_watch_history', ...range)
    await expectEqual()
    expect(await all(test.replica, 'user_watch_history')).toHaveLength(2)
    expect(await all(test.replica, 'user_watch_history_default')).toHaveLength(0)
    expect(await all(test.primary, 'user_watch_history_default')).toHaveLength(0)
  })

  it('can be run twice, and by two at once', async () => {
    await test.setupTwiceAtOnce()
    await putUser(test.primary)
    await test.setup()
    await expectEqual()
    const { rows } = await test.primary.query(
      'SELECT count(*) AS slots FROM pg_replication_slots WHERE slot_name LIKE $1',
      [`${test.names.slot}%`],
    )
    expect(rows).toEqual([{ slots: 1 }])
  })

  it('goes on from wherever a killed one got to', async () => {
    await putUser(test.primary)
    const connection = connectionTo(
      test.servers.primary.url,
      test.names.roles.replication,
      passwords.replication,
    )
    const steps = [
      () => createSubscription(test.replica, test.names, connection),
      () => makeSlot(test.primary, test.names),
      () => enableSubscription(test.replica, test.names),
    ]
    for (let done = 1; done <= steps.length; done++) {
      for (const step of steps.slice(0, done)) await step()
      await test.setup()
      expect(await following()).toBe(true)
      await expectEqual()
      await test.close()
      test = await testPair()
      await putUser(test.primary)
    }
  })

  it('takes over a slot that a lost subscription left', async () => {
    await makeSlot(test.primary, test.names)
    await putUser(test.primary)
    await test.setup()
    await expectEqual()
    expect(test.told).toContain(`slot ${test.names.slot}: taken over`)
  })

  it('follows a primary whose address changed', async () => {
    await test.setup()
    const link = await proxyTo(test.servers.primary.url)
    try {
      await test.setup(link.url)
      const { connection } = (await readSubscription(test.replica, test.names))!
      expect(connection).toContain(`port='${new URL(link.url).port}'`)
      await putUser(test.primary)
      await expectEqual()
    } finally {
      await test.setup()
      await link.close()
    }
    await putUser(test.primary)
    await expectEqual()
  })

  it('starts again what a broken connection had stopped', async () => {
    await test.setup()
    const { pid } = (await readSlot(test.primary, test.names))!
    await test.primary.query('SELECT pg_terminate_backend($1)', [pid])
    await settle(async () => !(await readSubscription(test.replica, test.names))!.enabled)
    await putUser(test.primary)
    await test.setup()
    await expectEqual()
  })

  it('takes up a table that the publication got later, and copies it', async () => {
    await test.setup()
    await test.primary.query(`ALTER PUBLICATION ${test.names.publication} DROP TABLE content_titles`)
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} REFRESH PUBLICATION`)
    await putTitle(test.primary, randomUUID(), 'Later')
    await test.setup()
    await expectEqual()
    expect(await all(test.replica, 'content_titles')).toHaveLength(1)
  })

  it('gives the publication no column that it should not send', async () => {
    await test.setup()
    await test.primary.query(
      `ALTER PUBLICATION ${test.names.publication} SET TABLE users (id, email, username), user_watch_history`,
    )
    await test.setup()
    const { rows } = await test.primary.query(
      `SELECT attnames::text[] AS columns FROM pg_publication_tables WHERE pubname = $1 AND tablename = 'users'`,
      [test.names.publication],
    )
    expect(rows[0].columns).not.toContain('email')
    expect(rows[0].columns).toHaveLength(14)
    await putUser(test.primary)
    await expectEqual()
  })

  it('refuses a replica that holds rows of its own, and resync makes it a copy', async () => {
    await putAudience(test.replica, randomUUID())
    await putUser(test.primary)
    await expect(test.setup()).rejects.toThrow(/already holds rows in content_audience.*replication resync/s)
    await test.resync()
    expect(await all(test.replica, 'content_audience')).toEqual([])
    await expectEqual()
    await test.resync()
    await expectEqual()
  })

  it('refuses to go on without the slot, and resync copies what was missed', async () => {
    await test.setup()
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} DISABLE`)
    await settle(async () => (await readSlot(test.primary, test.names))!.pid === null)
    await test.primary.query('SELECT pg_drop_replication_slot($1)', [test.names.slot])
    await putUser(test.primary)
    await expect(test.setup()).rejects.toThrow(/slot .* is gone .*replication resync/s)
    await test.resync()
    await expectEqual()
  })

  it('refuses two databases of one server, and a replica without its tables', async () => {
    const { pair } = test
    await expect(
      setup(
        { ...pair, replica: pair.primary },
        { primaryUrl: test.servers.primary.url, passwords, timeoutMs: 1000, tell: () => undefined },
      ),
    ).rejects.toThrow('name the same server')
    await test.replica.query('ALTER TABLE users DROP COLUMN country')
    await expect(test.setup()).rejects.toThrow(/replica has no users.country. Run `migrate up`/)
  })
})
