import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { installClock } from '@marquee/test-kit'
import { serveUserHistory } from '../testing/serve.js'

const { winterTide1: first, winterTide2: second, winterTide3: third, lastFerry1 } = world.episodes
const setClock = installClock()

let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
/** A new person in each test. */
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
/** RFC 3339 of so many seconds ago. */
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

describe('a report', () => {
  it('is answered with the state of its episode and what follows', async () => {
    const { status, json, headers } = await app.report(me, { ...ep1, sequence: 12, position: 1820 })
    expect([status, json]).toEqual([200, world.progress])
    expect(headers.get('cache-control')).toBe('private, no-store')
  })

  it('changes nothing as a retry, late in its session, or weak', async () => {
    await app.report(me, { ...ep1, sequence: 5, position: 100 })
    for (const late of [
      { sequence: 5, position: 100 },
      { sequence: 5, position: 900 },
      { sequence: 4, position: 900 },
      { sequence: 6, position: 4.9 },
      { sessionId: 'phone', sequence: 1, position: 0 },
    ])
      expect((await app.report(me, { ...ep1, ...late })).json).toMatchObject({
        applied: false,
        position: 100,
      })
    expect((await app.report(me, { ...ep1, sequence: 7, position: 90 })).json).toMatchObject({
      applied: true,
      position: 90,
    })
  })

  it('of a later sitting wins, also when it comes first', async () => {
    await app.report(me, { ...ep1, sessionId: 'phone', sequence: 1, at: ago(10), position: 500 })
    const { json } = await app.report(me, { ...ep1, sequence: 99, at: ago(20), position: 700 })
    expect(json).toMatchObject({ applied: false, position: 500 })
  })

  it('completes, and stays completed when it is watched again', async () => {
    const done = { ...ep1, position: 3500 }
    expect((await app.report(me, { ...done, sequence: 1 })).json).toMatchObject({
      completed: true,
      rule: 'ninety_percent',
      applied: true,
    })
    const again = await app.report(me, { ...ep1, sessionId: 'again', position: 60 })
    expect(again.json).toMatchObject({ completed: true, rule: 'ninety_percent', position: 60, run: 1 })
  })

  it('may know a longer duration than the catalogue, which decides', async () => {
    const { json } = await app.report(me, { ...ep1, position: 3725, duration: 3730 })
    expect(json).toMatchObject({ position: 3720, duration: 3720, completed: true })
    const unknown = await app.report(me, { episodeId: third.id, position: 10, duration: 3599.5 })
    expect(unknown.json).toMatchObject({ duration: 3599.5, next: null })
  })

  it('that says restart begins a run of the title; a late one divides what came before it', async () => {
    const other = { episodeId: second.id, duration: 3660, sessionId: 'other' }
    await app.report(me, { ...ep1, sequence: 1, at: ago(300), position: 3000 })
    await app.report(me, { ...ep1, sequence: 2, at: ago(100), position: 60 })
    await app.report(me, { ...other, sequence: 1, at: ago(90), position: 70 })
    expect((await app.report(me, { ...other, sequence: 2, position: 80 })).json).toMatchObject({ run: 1 })
    const restart = { ...ep1, sessionId: 'second', at: ago(200), position: 0, restart: true }
    for (const sequence of [1, 2])
      expect((await app.report(me, { ...restart, sequence })).json).toMatchObject({
        run: 2,
        position: 60,
        applied: sequence === 1,
      })
    const progress = await rows(
      'SELECT episode_id, run, position FROM user_progress WHERE user_id = $1 ORDER BY run, episode_id',
    )
    expect(progress).toEqual([
      { episode_id: first.id, run: 1, position: 3000 },
      { episode_id: first.id, run: 2, position: 60 },
      { episode_id: second.id, run: 2, position: 80 },
    ])
    const late = await app.report(me, { ...ep1, sessionId: 'third', at: ago(299), position: 3100 })
    expect(late.json).toMatchObject({ run: 2, position: 60, applied: false })
  })

  it('is dated by the database, whichever instance receives it and whatever its clock says', async () => {
    const other = await place.start('user-history#2')
    await app.report(me, { ...ep1, position: 100, sequence: 1 })
    setClock(3_600_000)
    const soon = await other.report(me, { ...ep1, sessionId: 'phone', position: 200, sequence: 1 })
    const soonest = ago(0)
    const ahead = await other.report(me, {
      ...ep1,
      sessionId: 'desk',
      position: 300,
      at: soonest,
      sequence: 1,
    })
    setClock(0)
    expect([soon.json.position, ahead.status]).toEqual([200, 422])
    const { json } = await app.report(me, { ...ep1, sequence: 2, position: 400 })
    expect(json).toMatchObject({ applied: true, position: 400 })
  })

  it('without a sequence is dated by us, and two of one instant are two', async () => {
    const reports = Array.from({ length: 20 }, (_, n) =>
      app.report(me, { ...ep1, sessionId: undefined, position: 100 + n }),
    )
    const answers = await Promise.all(reports)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const [{ count }] = await rows('SELECT count(*) AS count FROM progress_reports WHERE user_id = $1')
    expect(count).toBe(20)
  })

  it('with an Idempotency-Key is answered as it was the first time', async () => {
    const ask = (key: string, position: number) =>
      app.send('/api/v1/progress', {
        ...{ method: 'POST', sub: me, headers: { 'idempotency-key': key } },
        body: { ...ep1, position },
      })
    const answered = await ask('k', 100)
    expect(answered.json).toMatchObject({ applied: true, position: 100 })
    await app.report(me, { ...ep1, position: 200 })
    expect((await ask('k', 100)).json).toEqual(answered.json)
    const reused = await ask('k', 101)
    expect([reused.status, reused.json.code]).toEqual([422, 'idempotency_key_reused'])
    expect((await ask('another', 300)).json).toMatchObject({ applied: true, position: 300 })
    expect((await ask('', 300)).status).toBe(400)
    const [{ count }] = await rows('SELECT count(*) AS count FROM progress_reports WHERE user_id = $1')
    expect(count).toBe(3)
  })

  it('is refused where its time cannot be', async () => {
    for (const at of [
      new Date(Date.now() + 310_000).toISOString(),
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00Z',
    ]) {
      const { status, json } = await app.report(me, { ...ep1, position: 1, at })
      expect([status, json.code, json.errors[0].pointer]).toEqual([422, 'invalid_body', '/at'])
    }
    const corrected = { at: '2031-01-01T00:00:00Z', sentAt: '2031-01-01T00:00:10Z' }
    expect((await app.report(me, { ...ep1, position: 1, ...corrected })).status).toBe(200)
  })

  it.each([
    [{ position: -1 }],
    [{ position: 3721 }],
    [{ position: 1, duration: 0 }],
    [{ position: 1, sequence: -1 }],
    [{ position: 1, sequence: 2 ** 53 }],
    [{ position: 1, sessionId: 'with a space' }],
    [{ position: 1, sentAt: '2026-01-01T00:00:00Z' }],
    [{ position: 1, userId: randomUUID() }],
    [{ position: 1, device: 'nul \u0000' }],
  ])('is refused with 422: %j', async (wrong) => {
    expect((await app.report(me, { ...ep1, ...wrong })).status).toBe(422)
  })

  it('is kept for people only', async () => {
    const body = { ...ep1, position: 1 }
    expect((await app.send('/api/v1/progress', { method: 'POST', body })).status).toBe(401)
    const { status, json } = await app.report('service-account', body)
    expect([status, json.code]).toEqual([403, 'forbidden'])
    expect(json.detail).toContain('UUID')
    expect(await rows('SELECT FROM users WHERE id = $1')).toEqual([])
    await app.report(me.toUpperCase(), body)
    await app.report(me, body)
    expect(await rows('SELECT id, email, subscription_tier FROM users WHERE id = $1')).toEqual([
      { id: me, email: null, subscription_tier: 'free' },
    ])
  })
})

describe('what follows', () => {
  const change = (id: string, set: string) =>
    place.primary.query(`UPDATE content_episodes SET ${set} WHERE id = $1`, [id])
  const after = async (episode: { id: string }, duration = 4000) =>
    (await app.report(randomUUID(), { episodeId: episode.id, position: 10, duration })).json

  it('is the next episode that is published, has aired and is no special', async () => {
    expect((await after(first)).next).toMatchObject({ episodeId: second.id, seasonNumber: 1, number: 2 })
    await change(second.id, 'air_date = now() + interval $$1 day$$')
    expect((await after(first)).next).toMatchObject({ episodeId: third.id })
    await change(second.id, 'air_date = null, season_number = 0')
    expect((await after(first)).next).toMatchObject({ episodeId: third.id })
    expect((await after(second)).next).toBeNull()
    await change(second.id, `season_number = 1, status = 'draft'`)
    expect((await after(first)).next).toMatchObject({ episodeId: third.id })
    await change(second.id, `status = 'published', sort_order = 5`)
    expect((await after(third)).next).toMatchObject({ episodeId: second.id })
    await change(second.id, 'sort_order = 2')
    expect(await after(lastFerry1, 7080)).toMatchObject({ next: null, autoNext: { startsAt: null } })
  })

  it('starts at the credits where they are known, else ten seconds before the end', async () => {
    expect((await after(first)).autoNext).toEqual({ enabled: true, countdownSeconds: 5, startsAt: 3710 })
    await change(first.id, 'credits_start_seconds = 3600.5')
    expect((await after(first)).autoNext.startsAt).toBe(3600.5)
    const seen = await app.report(me, { ...ep1, position: 3601 })
    expect(seen.json).toMatchObject({ completed: true, rule: 'credits' })
    await change(first.id, 'credits_start_seconds = null')
  })
})
