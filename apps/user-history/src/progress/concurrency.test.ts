import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CreateProgress, world } from '@marquee/contracts'
import { seededRandom, shuffled } from '@marquee/seed'
import { settle } from '@marquee/test-kit'
import { serveUserHistory } from '../testing/serve.js'
import { titleState } from './progress-rules.js'
import { toReport } from './report-rules.js'

const { winterTide1, winterTide2, winterTide3 } = world.episodes
const episodes = [winterTide1, winterTide2, winterTide3]
const contentId = world.contents.winterTide.id
const start = Date.UTC(2026, 0, 15, 20)
let place: Awaited<ReturnType<typeof serveUserHistory>>
let apps: Awaited<ReturnType<typeof place.start>>[]
beforeAll(async () => {
  place = await serveUserHistory()
  apps = [await place.start(), await place.start('user-history#2')]
})
afterAll(() => place.close())

/** What several devices tell of one title, in the order in which it happened. */
function sittings(seed: number): CreateProgress[] {
  const random = seededRandom(seed)
  return Array.from({ length: 180 }, (_, n): CreateProgress => {
    const { id, durationSeconds } = episodes[Math.floor(random() * episodes.length)]!
    const device = ['tv', 'phone', 'tablet'][Math.floor(random() * 3)]!
    const duration = durationSeconds ?? 3600
    return {
      episodeId: id,
      position: random() < 0.1 ? random() * 5 : Math.floor(random() * duration),
      duration,
      ...(random() < 0.8 && { sessionId: `${device}-${Math.floor(n / 40)}` }),
      ...(random() < 0.7 && { sequence: n }),
      at: new Date(start + n * 10_000 + Math.floor(random() * 30_000)).toISOString(),
      state: random() < 0.05 ? 'stopped' : 'playing',
      ...(random() < 0.03 && { restart: true }),
      device,
    }
  })
}

const byKey = <T extends object>(rows: T[]) => rows.map((row) => JSON.stringify(row)).sort()
const rows = async (text: string, values: unknown[]) => (await place.primary.query(text, values)).rows

describe('two hundred reports of one viewer at once', () => {
  it.each([1, 2, 3])('come to the state of their set, whatever order they come in (%i)', async (seed) => {
    const me = randomUUID()
    const told = sittings(seed)
    const random = seededRandom(seed + 100)
    // Every ninth is told twice.
    const sent = shuffled([...told, ...told.filter((_, n) => n % 9 === 0)], random)
    expect(sent).toHaveLength(200)
    const answers = await Promise.all(sent.map((body, n) => apps[n % 2]!.report(me, body)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.map(({ json }) => json)).toEqual([])

    const facts = (id: string) => episodes.find((episode) => episode.id === id)!
    const expected = titleState(
      told.map((body) => toReport(body, Date.parse(body.at!), facts(body.episodeId))),
    )
    const progress = await rows(
      `SELECT episode_id AS "episodeId", run, position, duration, completed, rule, session_id AS "sessionId", sequence,
         (extract(epoch FROM effective_at) * 1000)::bigint AS "effectiveAt"
       FROM user_progress WHERE user_id = $1`,
      [me],
    )
    expect(byKey(progress)).toEqual(byKey(expected.episodes))
    const sessions = await rows(
      `SELECT session_id, episode_id, watched, completed, stopped, play_id IS NOT NULL AS played
       FROM playback_sessions WHERE user_id = $1`,
      [me],
    )
    expect(byKey(sessions)).toEqual(
      byKey(
        expected.sessions.map((one) => ({
          session_id: one.sessionId,
          episode_id: one.episodeId,
          watched: one.watched,
          completed: one.completed,
          stopped: one.stopped,
          played: one.completed || one.stopped,
        })),
      ),
    )
    expect(await rows('SELECT run, latest_at FROM user_titles WHERE user_id = $1', [me])).toEqual([
      { run: expected.run, latest_at: new Date(expected.latestAt) },
    ])
    const { length } = sessions.filter(({ played }) => played)
    expect(
      await rows('SELECT plays FROM content_viewers WHERE user_id = $1 AND content_id = $2', [me, contentId]),
    ).toEqual([{ plays: length }])
    expect(await rows('SELECT count(*) AS plays FROM user_watch_history WHERE user_id = $1', [me])).toEqual([
      { plays: length },
    ])
  })
})

describe('a report whose sender dies', () => {
  it('is kept as a whole or not at all', async () => {
    const me = randomUUID()
    const body = { episodeId: winterTide1.id, duration: 3720, position: 3700, sessionId: 'tv', sequence: 1 }
    // Whoever counts this title waits for us, in the middle of its transaction.
    const blocker = await place.primary.connect()
    await apps[0]!.report(randomUUID(), body)
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM content_audience WHERE content_id = $1 FOR UPDATE', [contentId])
    const answer = apps[0]!.report(me, body)
    const { rows: own } = await blocker.query('SELECT pg_backend_pid() AS pid')
    const waiting = await settle(async () => {
      const found = await rows(
        'SELECT pid FROM pg_stat_activity WHERE pg_blocking_pids(pid) @> ARRAY[$1::integer]',
        [own[0].pid],
      )
      return found[0]?.pid ?? false
    })
    await place.primary.query('SELECT pg_terminate_backend($1)', [waiting])
    expect(await answer).toMatchObject({ status: 503 })
    await blocker.query('ROLLBACK')
    blocker.release()
    const traces = ['users WHERE id', 'progress_reports WHERE user_id', 'user_watch_history WHERE user_id']
    for (const trace of traces) expect(await rows(`SELECT FROM ${trace} = $1`, [me])).toEqual([])
    expect((await apps[1]!.report(me, body)).json).toMatchObject({ applied: true, completed: true })
    expect((await apps[1]!.report(me, body)).json).toMatchObject({ applied: false })
    expect(await rows('SELECT FROM user_watch_history WHERE user_id = $1', [me])).toHaveLength(1)
  })
})
