import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { settle, testEngines } from '@marquee/test-kit'
import { LateAnswer, onSession } from './on-session.js'

let pool: Pool
beforeAll(() => {
  pool = createPool({ url: testEngines().catalog, name: 'test', max: 1, log: silentLogger })
})
afterAll(() => pool.end())

const backend = async () =>
  (await onSession(pool, 1000, (db) => db.query('SELECT pg_backend_pid() AS pid'))).rows[0].pid

describe('a question on a session of its own', () => {
  it('ends in its time though no connection is free, and takes none once it is too late', async () => {
    const busy = await pool.connect()
    let asked = false
    const waiting = onSession(pool, 50, async () => {
      asked = true
    })
    await expect(waiting).rejects.toThrow(LateAnswer)
    busy.release()
    await backend()
    expect(asked).toBe(false)
    await settle(() => pool.idleCount === 1)
  })

  it('gives its connection back, and up when it was late or has failed', async () => {
    const first = await backend()
    expect(await backend()).toBe(first)
    await expect(onSession(pool, 50, (db) => db.query('SELECT pg_sleep(10)'))).rejects.toThrow(LateAnswer)
    const second = await backend()
    expect(second).not.toBe(first)
    await expect(onSession(pool, 1000, (db) => db.query('SELECT 1 / 0'))).rejects.toThrow(/division/)
    expect(await backend()).not.toBe(second)
  })
})
