import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { transaction } from '@marquee/postgres'
import { noon, report } from '../testing/reports.js'
import { testDatabase } from '../testing/test-database.js'
import { type Asked, keepReports } from './keep-reports.js'
import type { Report } from './report-rules.js'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const [contentId, e1, e2] = [randomUUID(), randomUUID(), randomUUID()]
const given = (more: Partial<Report> & { at?: number }): Asked => ({
  named: () => report({ episodeId: e1, ...more }),
  datedHere: false,
})
const datedHere = (position: number): Asked => ({
  named: (attempt) =>
    report({ episodeId: e1, effectiveAt: noon + attempt, sequence: noon + attempt, position }),
  datedHere: true,
})
const keep = async (userId: string, ...asked: Asked[]) =>
  (await transaction(database.primary, (tx) => keepReports(tx, { userId, contentId }, asked))).map(
    ({ episode, applied }) => [episode.position, applied],
  )
const times = async (userId: string) =>
  (
    await database.primary.query(
      'SELECT effective_at FROM progress_reports WHERE user_id = $1 ORDER BY sequence',
      [userId],
    )
  ).rows.map(({ effective_at }) => +effective_at - noon)

it('two reports that we dated to one instant are two, together or one after the other', async () => {
  const me = randomUUID()
  expect(await keep(me, datedHere(10), datedHere(20))).toEqual([
    [10, true],
    [20, true],
  ])
  expect(await keep(me, datedHere(30))).toEqual([[30, true]])
  expect(await keep(me, datedHere(40), datedHere(50))).toEqual([
    [40, true],
    [50, true],
  ])
  expect(await times(me)).toEqual([0, 1, 2, 3, 4])
})

it('reports that are kept together are answered as if one after the other, retries among them', async () => {
  const me = randomUUID()
  await keep(me, given({ at: 5, position: 50 }))
  const together = await keep(
    me,
    given({ at: 20, position: 70 }),
    given({ at: 10, position: 60 }),
    given({ at: 5, position: 99 }),
    given({ at: 20, position: 99 }),
    given({ at: 1, position: 40 }),
    given({ at: 15, position: 30, episodeId: e2 }),
  )
  expect(together).toEqual([
    [70, true],
    [60, true],
    [70, false],
    [70, false],
    [50, false],
    [30, true],
  ])
  expect(await times(me)).toEqual([1, 5, 10, 15, 20].map((seconds) => seconds * 1000))
})

it('a batch may bring late restarts, and runs that lose all their reports are removed', async () => {
  const me = randomUUID()
  await keep(me, given({ at: 10, position: 50 }), given({ at: 11, position: 30, episodeId: e2 }))
  const restart = (at: number) => given({ sessionId: `r${at}`, at, position: 0, restart: true })
  await keep(me, restart(9), restart(20), given({ at: 30, position: 20 }))
  const { rows } = await database.primary.query(
    'SELECT run, episode_id, position FROM user_progress WHERE user_id = $1 ORDER BY run, position DESC',
    [me],
  )
  expect(rows).toEqual([
    { run: 2, episode_id: e1, position: 50 },
    { run: 2, episode_id: e2, position: 30 },
    { run: 3, episode_id: e1, position: 20 },
  ])
})
