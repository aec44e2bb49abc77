import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { seededRandom, shuffled } from '@marquee/seed'
import { reconcile } from '../reconcile/reconcile-store.js'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'

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

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
interface Handing {
  sub?: string | null
  key?: string
  sentAt?: string
}
const hand = (items: unknown[], { sub = me, key = '', ...more }: Handing = {}) =>
  app.send('/api/v1/progress/batch', {
    ...{ method: 'POST', sub, body: { items, ...more } },
    ...(key && { headers: { 'idempotency-key': key } }),
  })
const state = async (sub: string) =>
  (
    await place.primary.query(
      `SELECT episode_id, run, position, completed, rule, session_id, sequence, effective_at FROM user_progress
       WHERE user_id = $1 ORDER BY episode_id, run`,
      [sub],
    )
  ).rows
const plays = async (sub: string) =>
  (await place.primary.query('SELECT count(*) AS count FROM user_watch_history WHERE user_id = $1', [sub]))
    .rows[0].count

/** What a phone saw in a week without a network: a report a minute, three titles, one of them again from the start. */
function week(titles: { episodes: string[] }[]) {
  const episodes = titles.flatMap((title) => title.episodes)
  return episodes.flatMap((episodeId, n) =>
    Array.from({ length: 12 }, (_, sequence) => ({
      ...{ episodeId, duration: 1000, position: Math.min(sequence * 85, 1000), sessionId: `s${n}`, sequence },
      at: minutesAgo(7 * 24 * 60 - n * 60 - sequence),
      ...(n === 4 && sequence === 0 && { restart: true }),
    })),
  )
}

describe('a batch', () => {
  it('ends in the same state as the same reports one by one, whatever their order', async () => {
    const titles = await continueWorld(place.primary, 3)
    const reports = week(titles)
    const [other, retried] = [randomUUID(), randomUUID()]
    for (const report of reports) await app.report(other, report)
    const { status, json } = await hand(shuffled(reports, seededRandom(1)))
    expect(status).toBe(200)
    expect(json.items).toHaveLength(reports.length)
    expect(json.items.every(({ ok }: { ok: boolean }) => ok)).toBe(true)
    for (const seed of [2, 3])
      await hand(shuffled([...reports, ...reports.slice(0, 20)], seededRandom(seed)), { sub: retried })
    expect(await state(me)).toEqual(await state(other))
    expect(await state(retried)).toEqual(await state(other))
    expect([await plays(me), await plays(retried)]).toEqual([9, 9])
    expect(await reconcile(place.primary)).toMatchObject({ progress: { differing: 0 }, agrees: true })
  })

  it('answers each report in its order, and keeps the others where one is wrong', async () => {
    const [title] = await continueWorld(place.primary, 1)
    const [first, second] = title!.episodes
    const good = { episodeId: first, position: 300, duration: 1000, sessionId: 's', sequence: 2 }
    const { status, json } = await hand([
      { ...good, sequence: 1, position: 200 },
      { ...good, position: 1001 },
      { ...good, episodeId: randomUUID() },
      { ...good, at: new Date(Date.now() + 3_600_000).toISOString() },
      'no report',
      { ...good, userId: 'x' },
      good,
      { ...good, episodeId: second, position: 990 },
    ])
    expect(status).toBe(200)
    const told = json.items.map(
      (item: { ok: boolean; problem?: { code: string; errors?: { pointer: string }[] } }) =>
        item.ok ? true : [item.problem!.code, ...(item.problem!.errors ?? []).map(({ pointer }) => pointer)],
    )
    expect(told).toEqual([
      true,
      ['invalid_body', '/items/1/position'],
      ['episode_not_found'],
      ['invalid_body', '/items/3/at'],
      ['invalid_body', '/items/4'],
      ['invalid_body', '/items/5/userId'],
      true,
      true,
    ])
    expect(json.items[6].progress).toMatchObject({
      position: 300,
      applied: true,
      next: { episodeId: second },
    })
    expect(json.items[7].progress).toMatchObject({ completed: true, rule: 'ninety_percent' })
    expect(await state(me)).toMatchObject(
      first! < second! ? [{ position: 300 }, { position: 990 }] : [{ position: 990 }, { position: 300 }],
    )
  })

  it('corrects the clock of the device for all of them', async () => {
    const [title] = await continueWorld(place.primary, 1)
    const wrong = 3_600_000 * 24 * 400
    const at = new Date(Date.now() + wrong - 600_000).toISOString()
    const item = {
      episodeId: title!.episodes[0],
      position: 300,
      duration: 1000,
      sessionId: 's',
      sequence: 1,
      at,
    }
    const { json } = await hand([item], { sentAt: new Date(Date.now() + wrong).toISOString() })
    expect(json.items[0].ok).toBe(true)
    const [{ effective_at }] = await state(me)
    expect(Math.abs(Date.now() - 600_000 - +effective_at)).toBeLessThan(30_000)
  })

  it('keeps what it knows while the catalogue is down, and says what to hand in again', async () => {
    const [title] = await continueWorld(place.primary, 1)
    const item = { position: 300, duration: 1000, sessionId: 's', sequence: 1 }
    place.catalog.state.status = 503
    const { json } = await hand([
      { ...item, episodeId: randomUUID() },
      { ...item, episodeId: title!.episodes[0] },
    ])
    place.catalog.state.status = 200
    expect(json.items).toMatchObject([{ ok: false, problem: { code: 'unavailable' } }, { ok: true }])
  })

  it('with a key is kept once and answered again', async () => {
    const [title] = await continueWorld(place.primary, 1)
    const item = { episodeId: title!.episodes[0], position: 300, duration: 1000 }
    const first = await hand([item], { key: 'k' })
    expect((await hand([item], { key: 'k' })).json).toEqual(first.json)
    expect((await hand([{ ...item, position: 1 }], { key: 'k' })).json.code).toBe('idempotency_key_reused')
    const { rows } = await place.primary.query('SELECT FROM progress_reports WHERE user_id = $1', [me])
    expect(rows).toHaveLength(1)
  })

  it('has 1 to 500 reports, and a person', async () => {
    const item = { episodeId: randomUUID(), position: 1, duration: 10 }
    expect((await hand([])).status).toBe(422)
    expect((await hand(Array.from({ length: 501 }, () => item))).status).toBe(422)
    expect((await hand([item], { sub: null })).status).toBe(401)
    expect((await hand([item], { sub: 'nobody' })).status).toBe(403)
    expect((await app.send('/api/v1/progress/batch', { method: 'POST', sub: me, body: [item] })).status).toBe(
      422,
    )
  })

  it('of five hundred is kept whole', async () => {
    const [title] = await continueWorld(place.primary, 1)
    const items = Array.from({ length: 500 }, (_, sequence) => ({
      ...{ episodeId: title!.episodes[0], position: sequence, duration: 1000, sessionId: 's', sequence },
      at: minutesAgo(600 - sequence),
    }))
    const { json } = await hand(items)
    expect(json.items.filter(({ ok }: { ok: boolean }) => ok)).toHaveLength(500)
    expect(await state(me)).toMatchObject([{ position: 499 }])
  })
})

it('reports of many viewers that come together are kept together, each answered with its own', async () => {
  const titles = await continueWorld(place.primary, 4)
  const people = Array.from({ length: 40 }, () => randomUUID())
  const answers = await Promise.all(
    people.flatMap((sub, n) =>
      titles.map(({ episodes }, at) =>
        app.report(sub, {
          episodeId: episodes[0]!,
          position: 10 + n + at,
          duration: 1000,
          sessionId: 's',
          sequence: 1,
        }),
      ),
    ),
  )
  expect(answers.map(({ json }) => json.position)).toEqual(
    people.flatMap((_, n) => titles.map((__, at) => 10 + n + at)),
  )
  expect(await reconcile(place.primary)).toMatchObject({ progress: { differing: 0 }, agrees: true })
})
