import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { serveUserHistory } from '../testing/serve.js'

const { winterTide1: first } = world.episodes
const { winterTide } = world.contents
let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
let me: string
beforeAll(async () => {
  place = await serveUserHistory()
  app = await place.start()
})
beforeEach(() => {
  me = randomUUID()
})
afterAll(() => place.close())

const ep1 = { episodeId: first.id, duration: 3720, sessionId: 'tv' }
const rows = async (text: string, values: unknown[] = [me]) => (await place.primary.query(text, values)).rows
const plays = () =>
  rows(
    `SELECT content_id, episode_id, run, watched_at, watch_duration, completed, device_info, quality_watched,
       subtitles_used, source FROM user_watch_history WHERE user_id = $1 ORDER BY watched_at`,
  )
const audience = async (contentId = winterTide.id) =>
  (await rows('SELECT viewers, plays FROM content_audience WHERE content_id = $1', [contentId]))[0]
const told = async (body: Parameters<typeof app.report>[1]) => {
  const { status, json } = await app.report(me, body)
  expect([status, json]).toEqual([200, expect.anything()])
}
/** RFC 3339 of so many seconds ago. */
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

describe('a play', () => {
  it('is made of each session that one transaction ends, of one viewer of each title', async () => {
    const { lastFerry1: other } = world.episodes
    const before = [await audience(), await audience(other.contentId)]
    const ended = (episode: { id: string }, sessionId: string) => ({
      ...{ episodeId: episode.id, duration: 3720, position: 60, sessionId, sequence: 1, state: 'stopped' },
    })
    const hand = async (key: string, items: object[]) => {
      const ask = { method: 'POST' as const, sub: me, headers: { 'idempotency-key': key }, body: { items } }
      expect((await app.send('/api/v1/progress/batch', ask)).status).toBe(200)
    }
    await hand('first', [ended(other, 'a'), ended(first, 'b'), ended(first, 'c'), ended(first, 'c')])
    await hand('second', [ended(first, 'd'), ended(first, 'b')])
    const made = (await plays()).map(({ content_id }) => content_id)
    expect(made.toSorted()).toEqual([winterTide.id, winterTide.id, winterTide.id, other.contentId].toSorted())
    const [was, otherWas] = before.map((one) => one ?? { viewers: 0, plays: 0 })
    expect(await audience()).toEqual({ viewers: was.viewers + 1, plays: was.plays + 3 })
    expect(await audience(other.contentId)).toEqual({
      viewers: otherWas.viewers + 1,
      plays: otherWas.plays + 1,
    })
  })

  it('is made once, when its session completes, and never changes', async () => {
    const before = await audience()
    const start = Date.now() - 4_000_000
    const sitting = { ...ep1, device: 'TV', quality: 'FHD_1080p', subtitles: 'ko' }
    const at = (seconds: number) => new Date(start + seconds * 1000).toISOString()
    await told({ ...sitting, sequence: 2, at: at(60), position: 70 })
    await told({ ...sitting, sequence: 1, at: at(0), position: 10 })
    expect(await plays()).toEqual([])
    await told({ ...sitting, sequence: 3, at: at(3500), position: 3490.4 })
    const play = {
      content_id: winterTide.id,
      episode_id: first.id,
      run: 1,
      watched_at: new Date(start),
      watch_duration: 3480,
      completed: true,
      device_info: 'TV',
      quality_watched: 'FHD_1080p',
      subtitles_used: 'ko',
      source: 'player',
    }
    expect(await plays()).toEqual([play])
    for (const late of [
      { sequence: 0, at: at(-60), position: 5 },
      { sequence: 4, at: at(3600), position: 3600, state: 'stopped' as const },
    ])
      await told({ ...sitting, ...late })
    expect(await plays()).toEqual([play])
    const { viewers, plays: counted } = await audience()
    expect([viewers - (before?.viewers ?? 0), counted - (before?.plays ?? 0)]).toEqual([1, 1])
  })

  it('is made when a session is stopped; another session is another play of the same viewer', async () => {
    const { viewers, plays: counted } = await audience()
    await told({ ...ep1, sequence: 1, at: ago(90), position: 100 })
    await told({ ...ep1, sequence: 2, at: ago(60), position: 130, state: 'paused' })
    expect(await plays()).toEqual([])
    await told({ ...ep1, sequence: 3, at: ago(50), position: 140, state: 'stopped' })
    await told({ ...ep1, sessionId: 'b', position: 150, state: 'stopped' })
    expect(await plays()).toMatchObject([
      { watch_duration: 40, completed: false },
      { watch_duration: 0, completed: false },
    ])
    expect(await audience()).toEqual({ viewers: viewers + 1, plays: counted + 2 })
    const days = await rows(`SELECT sum(plays) AS plays FROM content_analytics WHERE content_id = $1`, [
      winterTide.id,
    ])
    expect(days).toEqual([{ plays: counted + 2 }])
  })

  it('tells the run it belongs to', async () => {
    await told({ ...ep1, sequence: 1, position: 3700 })
    await told({ ...ep1, sessionId: 'b', sequence: 1, position: 0, restart: true })
    await told({ ...ep1, sessionId: 'b', sequence: 2, position: 3700 })
    expect((await plays()).map(({ run }) => run)).toEqual([1, 2])
  })

  it('is kept also when its month gets a partition just then', async () => {
    const blocker = await place.primary.connect()
    await blocker.query('BEGIN')
    await blocker.query('LOCK TABLE user_watch_history_default IN ACCESS EXCLUSIVE MODE')
    await blocker.query('CREATE TABLE user_watch_history_200103 (LIKE user_watch_history INCLUDING ALL)')
    const stopped = { ...ep1, at: '2001-03-04T00:00:00Z', position: 10, state: 'stopped' as const }
    const answer = app.report(me, stopped)
    await settle(async () => {
      const waiting = await rows(
        'SELECT FROM pg_stat_activity WHERE pg_blocking_pids(pid) @> ARRAY[$1::integer]',
        [(await blocker.query('SELECT pg_backend_pid() AS pid')).rows[0].pid],
      )
      return waiting.length > 0
    })
    await blocker.query(
      `ALTER TABLE user_watch_history ATTACH PARTITION user_watch_history_200103 FOR VALUES FROM ('2001-03-01') TO ('2001-04-01')`,
    )
    await blocker.query('COMMIT')
    blocker.release()
    expect((await answer).status).toBe(200)
    expect(await rows('SELECT FROM user_watch_history_200103 WHERE user_id = $1')).toHaveLength(1)
  })
})
