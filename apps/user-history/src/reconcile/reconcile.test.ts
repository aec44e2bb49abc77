import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { runCli } from '../testing/command-line.js'
import { serveUserHistory } from '../testing/serve.js'
import { writeFigures } from './figures-store.js'
import { compareAll, reconcile } from './reconcile-store.js'

const { winterTide1, winterTide2, jadeCourt1 } = world.episodes
let place: Awaited<ReturnType<typeof serveUserHistory>>
const people = Array.from({ length: 5 }, () => randomUUID())
beforeAll(async () => {
  place = await serveUserHistory()
  const app = await place.start()
  for (const me of people)
    for (const [n, { id, durationSeconds }] of [winterTide1, winterTide2, jadeCourt1, winterTide1].entries())
      for (const sequence of [3, 1, 2, 4]) {
        const duration = durationSeconds!
        const at = new Date(Date.UTC(2026, 0, 5 + n, 0, 0, sequence * 10)).toISOString()
        const position = Math.min(sequence * 0.3, 1) * duration
        const body = { episodeId: id, duration, sessionId: `s${n}`, sequence, at, position }
        await app.report(me, { ...body, ...(n === 3 && { restart: true }) })
      }
})
afterAll(() => place.close())

const found = () => reconcile(place.primary)

it('what was reported agrees with all that was made of it', async () => {
  expect(await found()).toMatchObject({
    plays: { checked: 20, differing: 0, differ: [] },
    audience: { checked: 2, differing: 0 },
    progress: { checked: 10, differing: 0 },
    analytics: { plays: 20, differing: 0 },
    agrees: true,
  })
})

const me = people[0]!
const one = (table: string) =>
  `ctid = (SELECT ctid FROM ${table} WHERE user_id = '${me}' LIMIT 1) AND user_id = '${me}'`
it.each([
  ['plays', 'a lost play', `DELETE FROM user_watch_history WHERE ${one('user_watch_history')}`],
  [
    'plays',
    'a session that is open again',
    `UPDATE playback_sessions SET play_id = NULL, closed_at = NULL WHERE ${one('playback_sessions')}`,
  ],
  ['audience', 'a play counted twice', 'UPDATE content_audience SET plays = plays + 1'],
  ['audience', 'a viewer not counted', 'UPDATE content_audience SET viewers = viewers - 1'],
  [
    'audience',
    'a viewer with a play too many',
    `UPDATE content_viewers SET plays = plays + 1 WHERE ${one('content_viewers')}`,
  ],
  ['audience', 'a viewer forgotten', `DELETE FROM content_viewers WHERE ${one('content_viewers')}`],
  [
    'progress',
    'a lost report',
    `DELETE FROM progress_reports WHERE user_id = '${me}' AND session_id = 's0' AND sequence = 4`,
  ],
  [
    'progress',
    'a changed position',
    `UPDATE user_progress SET position = position - 1 WHERE ${one('user_progress')}`,
  ],
  ['progress', 'a changed run', `UPDATE user_titles SET run = 7 WHERE ${one('user_titles')}`],
  ['progress', 'a title forgotten', `DELETE FROM user_titles WHERE ${one('user_titles')}`],
  [
    'progress',
    'a changed session',
    `UPDATE playback_sessions SET watched = 0.5 WHERE ${one('playback_sessions')}`,
  ],
  ['analytics', 'a day without completed plays', 'UPDATE content_analytics SET completed_plays = 0'],
] as const)('tells %s: %s', async (part, _, harm) => {
  const tx = await place.primary.connect()
  try {
    await tx.query('BEGIN')
    expect((await tx.query(harm)).rowCount).toBeGreaterThan(0)
    const { agrees, ...parts } = await compareAll(tx)
    expect(agrees).toBe(false)
    expect(parts[part].differing).toBeGreaterThan(0)
    expect(parts[part].differ.length).toBeGreaterThan(0)
  } finally {
    await tx.query('ROLLBACK')
    tx.release()
  }
})

it('the command says so by its exit code', async () => {
  const env = { DATABASE_URL: place.database.url, PATH: process.env.PATH! }
  const good = await runCli(['reconcile'], env).ended
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('everything agrees')])
  await place.primary.query('UPDATE content_audience SET plays = plays + 1')
  const text = await runCli(['reconcile'], env).ended
  expect([text.code, text.stdout]).toEqual([1, expect.stringContaining('DOES NOT RECONCILE')])
  const { code, stdout } = await runCli(['reconcile', '--json'], env).ended
  expect([code, JSON.parse(stdout).audience.differing]).toEqual([1, 2])
  expect(JSON.parse(stdout).checks).toContainEqual(
    expect.objectContaining({ name: 'audience against plays', differing: 2 }),
  )
})

it('what others state too is written one figure a line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'figures-'))
  try {
    const file = join(folder, 'figures')
    await writeFigures(place.primary, file)
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const keysOf = (figure: string) => lines.filter((line) => line.figure === figure).map(({ key }) => key)
    expect(keysOf('users')).toEqual([...people].sort())
    const { rows } = await place.primary.query('SELECT id, version, status FROM content_titles ORDER BY id')
    expect(lines.filter(({ figure }) => figure === 'titles')).toEqual(
      rows.map(({ id, version, status }) => ({ figure: 'titles', key: id, value: `${version} ${status}` })),
    )
    expect(keysOf('episodes')).toContain(winterTide1.id)
  } finally {
    await rm(folder, { recursive: true })
  }
})
