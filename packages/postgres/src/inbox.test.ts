import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { once, onceEach, type Pool, pruneInbox, transaction } from './index.js'
import { type OwnDatabase, ownDatabase } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
  await pool.query('CREATE TABLE counts (id int PRIMARY KEY, views int NOT NULL)')
})
afterAll(() => own.close())
beforeEach(() => pool.query('INSERT INTO counts VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET views = 0'))

const count = (eventId: string, consumer = 'counter') =>
  transaction(pool, async (tx) => {
    if (!(await once(tx, consumer, eventId))) return false
    await tx.query('UPDATE counts SET views = views + 1')
    return true
  })
const views = async () => (await pool.query('SELECT views FROM counts')).rows[0].views as number

describe('the inbox', () => {
  it('gives an event its effect once, however often and however close together it comes', async () => {
    expect(await count('event-1')).toBe(true)
    expect(await count('event-1')).toBe(false)
    const racing = await Promise.all([count('event-2'), count('event-2'), count('event-2')])
    expect(racing.filter(Boolean)).toHaveLength(1)
    expect(await views()).toBe(2)
  })

  it('forgets the event when its effect is rolled back', async () => {
    const failing = transaction(pool, async (tx) => {
      await once(tx, 'counter', 'event-3')
      throw new Error('no effect')
    })
    await expect(failing).rejects.toThrow('no effect')
    expect(await count('event-3')).toBe(true)
  })

  it('keeps consumers apart, and tells of a batch what is new', async () => {
    await count('event-4', 'one')
    const fresh = await transaction(pool, (tx) => onceEach(tx, 'one', ['event-4', 'event-5', 'event-5']))
    expect([...fresh]).toEqual(['event-5'])
    expect(await count('event-4', 'other')).toBe(true)
  })

  it('forgets what is older than it promises to know', async () => {
    await count('event-6')
    await pool.query("UPDATE inbox SET received_at = now() - interval '2 minutes' WHERE event_id = 'event-6'")
    await count('event-7')
    await pruneInbox(pool, 60_000)
    expect([await count('event-6'), await count('event-7')]).toEqual([true, false])
  })
})
