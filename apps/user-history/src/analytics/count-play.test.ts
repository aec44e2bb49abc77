import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Pool, transaction } from '@marquee/postgres'
import { testDatabase } from '../testing/test-database.js'
import { countPlays } from './count-play-store.js'

let database: Awaited<ReturnType<typeof testDatabase>>
let pool: Pool
beforeAll(async () => {
  database = await testDatabase()
  pool = database.primary
})
afterAll(() => database.close())

const figures = async (contentId: string) =>
  (
    await pool.query(
      `SELECT day, plays, completed_plays AS completed, seconds_watched AS seconds FROM content_analytics
       WHERE content_id = $1 ORDER BY day`,
      [contentId],
    )
  ).rows
const play = (contentId: string, at: string, watchDuration: number, completed: boolean) => ({
  contentId,
  watchedAt: new Date(at),
  watchDuration,
  completed,
})

describe('the plays of a day', () => {
  it('are counted on the UTC day they began', async () => {
    const id = randomUUID()
    await transaction(pool, (tx) =>
      countPlays(tx, [
        play(id, '2026-03-01T23:59:59.999Z', 100, true),
        play(id, '2026-03-02T00:00:00Z', 30, false),
        play(id, '2026-03-02T01:30:00+02:00', 7, false),
      ]),
    )
    await transaction(pool, (tx) => countPlays(tx, [play(id, '2026-03-02T12:00:00Z', 70, true)]))
    expect(await figures(id)).toEqual([
      { day: '2026-03-01', plays: 2, completed: 1, seconds: 107 },
      { day: '2026-03-02', plays: 2, completed: 1, seconds: 100 },
    ])
  })

  it('belong to the transaction of the plays', async () => {
    const id = randomUUID()
    const failing = transaction(pool, async (tx) => {
      await countPlays(tx, [play(id, '2026-03-01T00:00:00Z', 1, true)])
      throw new Error('the play failed')
    })
    await expect(failing).rejects.toThrow('the play failed')
    expect(await figures(id)).toEqual([])
  })

  it('can be counted by many writers of the same titles in any order', async () => {
    const ids = Array.from({ length: 200 }, () => randomUUID())
    const write = (order: string[]) =>
      transaction(pool, (tx) =>
        countPlays(
          tx,
          order.map((id) => play(id, '2026-03-03T00:00:00Z', 10, true)),
        ),
      )
    const orders = Array.from({ length: 40 }, (_, n) => (n % 2 ? ids : ids.toReversed()))
    await Promise.all(orders.map(write))
    for (const id of ids) expect(await figures(id)).toMatchObject([{ plays: 40, seconds: 400 }])
  })
})
