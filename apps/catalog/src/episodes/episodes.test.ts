import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventTypes, isEventType, world } from '@marquee/contracts'
import { query, sql } from '@marquee/postgres'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const { winterTide1, winterTide2, winterTide3 } = world.episodes
const title = async (more: object = {}) =>
  (await test.api('/api/v1/content', { method: 'POST', as: 'editor', body: newTitle(more) })).json
const episode = (more: object = {}) => ({
  seasonNumber: 1,
  number: 1,
  title: 'Pilot',
  status: 'published',
  ...more,
})
const add = (contentId: string, more: object = {}, headers: Record<string, string> = {}) =>
  test.api(`/api/v1/content/${contentId}/episodes`, {
    method: 'POST',
    as: 'editor',
    headers,
    body: episode(more),
  })
const patch = (id: string, etag: string, body: object) =>
  test.api(`/api/v1/episodes/${id}`, { method: 'PATCH', as: 'editor', headers: { 'if-match': etag }, body })

const outbox = sql(
  'test.outbox',
  `SELECT type, subject_version AS version, body::json AS body, traceparent FROM outbox WHERE subject = $1 ORDER BY subject_version`,
)
type Told = { type: string; version: number; body: { id: string }; traceparent: string | null }
const told = (id: string) => query<Told>(test.catalog.pool, outbox, [id])

describe('reading an episode', () => {
  it('gives it with its neighbours', async () => {
    const neighbour = ({ id, seasonNumber, number, title }: typeof winterTide1) => ({
      id,
      seasonNumber,
      number,
      title,
    })
    const first = await test.api(`/api/v1/episodes/${winterTide1.id}`)
    expect(first.json).toEqual({ ...winterTide1, previous: null, next: neighbour(winterTide2) })
    const second = await test.api(`/api/v1/episodes/${winterTide2.id}`)
    expect(second.json).toMatchObject({ previous: neighbour(winterTide1), next: neighbour(winterTide3) })
    const etag = second.headers.get('etag')!
    const again = await test.api(`/api/v1/episodes/${winterTide2.id}`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  it('lists a title’s episodes in order, page by page, by id and by slug', async () => {
    const path = `/api/v1/content/${world.contents.winterTide.slug}/episodes?limit=2`
    const page = await test.api(path)
    expect(page.json.items).toEqual([winterTide1, winterTide2])
    const rest = await test.api(`${path}&cursor=${page.json.next}`)
    expect(rest.json).toEqual({ items: [winterTide3], next: null })
    const other = `/api/v1/content/${world.contents.paperLanterns.id}/episodes?cursor=${page.json.next}`
    expect((await test.api(other)).json.code).toBe('invalid_cursor')
  })

  it('hides episodes of titles that are not published, at once', async () => {
    const { id, slug } = await title()
    const made = await add(id)
    const path = `/api/v1/episodes/${made.json.id}`
    expect((await test.api(path)).status).toBe(200)
    const { headers } = await test.api(`/api/v1/content/${slug}`)
    const ifMatch = { 'if-match': headers.get('etag')! }
    await test.api(`/api/v1/content/${id}`, { method: 'DELETE', as: 'editor', headers: ifMatch })
    expect((await test.api(path)).status).toBe(404)
    expect((await test.api(`/api/v1/content/${id}/episodes`)).status).toBe(404)
    expect((await test.api(path, { as: 'editor' })).json.title).toBe('Pilot')
  })
})

describe('writing episodes', () => {
  it('adds one per season and number; the title that includes them and the neighbours show it at once', async () => {
    const { id } = await title()
    const included = `/api/v1/content/${id}?include=episodes`
    expect((await test.api(included)).json.episodes).toEqual([])
    const first = await add(id, { durationSeconds: 1500, airDate: '2026-01-01T10:00:00+09:00' })
    expect([first.status, first.headers.get('location')]).toEqual([201, `/api/v1/episodes/${first.json.id}`])
    expect(first.json).toMatchObject({ contentId: id, sortOrder: 1, isFree: false, version: 1 })
    expect(first.json.airDate).toBe('2026-01-01T01:00:00.000Z')
    expect((await test.api(`/api/v1/episodes/${first.json.id}`)).json.next).toBeNull()
    const second = await add(id, { number: 2, sortOrder: 1.5 })
    expect((await test.api(`/api/v1/episodes/${first.json.id}`)).json.next.id).toBe(second.json.id)
    expect((await test.api(included)).json.episodes).toEqual([first.json, second.json])
    const again = await add(id)
    expect([again.status, again.json.code]).toEqual([409, 'episode_exists'])
  })

  it('gives one number to one of ten who want it at once', async () => {
    const { id } = await title()
    const answers = await Promise.all(Array.from({ length: 10 }, () => add(id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
  })

  it('lets a movie have exactly one', async () => {
    const { id } = await title({ kind: 'movie' })
    const both = await Promise.all([add(id), add(id, { number: 2 })])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  it('answers a repeated Idempotency-Key again', async () => {
    const { id } = await title()
    const headers = { 'idempotency-key': `episode-${id}` }
    const [first, second] = [await add(id, {}, headers), await add(id, {}, headers)]
    expect([second.status, second.text]).toEqual([201, first.text])
    expect((await test.api(`/api/v1/content/${id}/episodes`)).json.items).toHaveLength(1)
  })

  it('edits by version, and one of ten edits of a version gets through', async () => {
    const { id } = await title()
    const made = await add(id, { durationSeconds: 1500 })
    const { headers } = await test.api(`/api/v1/episodes/${made.json.id}`)
    const etag = headers.get('etag')!
    const titles = Array.from({ length: 10 }, (_, n) => `Edit ${n}`)
    const answers = await Promise.all(titles.map((title) => patch(made.json.id, etag, { title })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)])
    const edited = await patch(made.json.id, '"2"', { number: 7, durationSeconds: null })
    expect(edited.json).toMatchObject({ version: 3, number: 7, sortOrder: 7, durationSeconds: null })
    expect((await test.api(`/api/v1/episodes/${made.json.id}`)).json).toMatchObject(edited.json)
    expect((await patch(made.json.id, '"3"', { durationSeconds: 10, creditsStartSeconds: 11 })).status).toBe(
      422,
    )
    const other = await add(id, { number: 8 })
    expect((await patch(other.json.id, '"1"', { number: 7 })).json.code).toBe('episode_exists')
  })

  it('archives, which gives the number free', async () => {
    const { id } = await title()
    const made = await add(id)
    const path = `/api/v1/episodes/${made.json.id}`
    const archive = (etag: string) =>
      test.api(path, { method: 'DELETE', as: 'editor', headers: { 'if-match': etag } })
    expect((await archive('"9"')).status).toBe(412)
    expect((await archive('"1"')).status).toBe(204)
    expect((await archive('"1"')).status).toBe(204)
    expect((await test.api(path)).status).toBe(404)
    expect((await add(id)).status).toBe(201)
    expect((await patch(made.json.id, '"2"', { status: 'published' })).json.code).toBe('episode_exists')
  })

  it('shows drafts to editors only', async () => {
    const { id } = await title()
    const made = await add(id, { status: 'draft' })
    const list = `/api/v1/content/${id}/episodes`
    expect((await test.api(list)).json.items).toEqual([])
    expect((await test.api(list, { as: 'editor' })).json.items).toEqual([made.json])
    expect((await test.api(`/api/v1/episodes/${made.json.id}`)).status).toBe(404)
    expect((await test.api(`/api/v1/episodes/${made.json.id}`, { as: 'editor' })).status).toBe(200)
    expect((await test.api(`/api/v1/content/${id}?include=episodes`)).json.episodes).toEqual([])
  })
})

describe('what is told of an episode', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  it('is one event per version, with the request it came from, and none for what changes nothing', async () => {
    const { id: contentId } = await title()
    const { json: made } = await add(
      contentId,
      { status: 'draft', airDate: '2026-01-01T10:00:00Z' },
      { traceparent },
    )
    const { id } = made
    await patch(id, '"1"', { title: 'Second' })
    await patch(id, '"2"', { title: 'Second' })
    await patch(id, '"2"', { status: 'published' })
    await patch(id, '"3"', { status: 'draft' })
    for (const etag of ['"4"', '"5"'])
      await test.api(`/api/v1/episodes/${id}`, {
        method: 'DELETE',
        as: 'editor',
        headers: { 'if-match': etag, traceparent },
      })
    const events = await told(id)
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['episode.created', 1],
      ['episode.updated', 2],
      ['episode.published', 3],
      ['episode.updated', 4],
      ['episode.deleted', 5],
    ])
    for (const { type, body } of events)
      expect(isEventType(type) && eventTypes[type].schema.parse(body)).toMatchObject({ id, contentId })
    const { version: _, originalTitle: __, thumbnailUrl: ___, ...snapshot } = made
    expect(events[0]?.body).toEqual(snapshot)
    expect(events[1]?.body).toMatchObject({ title: 'Second', status: 'draft' })
    const trace = traceparent.split('-')[1]
    expect(events.map((event) => event.traceparent?.split('-')[1] === trace)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ])
  })

  it('is nothing when the write is refused', async () => {
    const { id } = await title()
    await add(id)
    const count = async () =>
      (await test.catalog.pool.query(`SELECT FROM outbox WHERE type LIKE 'episode.%'`)).rowCount
    const before = await count()
    expect((await add(id)).status).toBe(409)
    expect(await count()).toBe(before)
  })
})
