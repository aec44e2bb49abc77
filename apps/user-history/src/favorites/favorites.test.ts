import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { keepRatings } from '../analytics/ratings-store.js'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'
import { keepCopies } from '../titles/copies-store.js'

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

const path = '/api/v1/favorites'
const put = (id: string, sub: string | null = me) => app.send(`${path}/${id}`, { method: 'PUT', sub })
const remove = (id: string, sub: string | null = me) => app.send(`${path}/${id}`, { method: 'DELETE', sub })
const list = async (search = '', sub = me) => {
  const { status, json } = await app.send(`${path}${search}`, { sub })
  return { status, ...json, ids: json.items?.map((one: { content: { id: string } }) => one.content.id) }
}
const figure = async (contentId: string) =>
  (
    await place.primary.query(
      'SELECT sum(new_favourites)::integer AS sum FROM content_analytics WHERE content_id = $1',
      [contentId],
    )
  ).rows[0].sum

it('are listed the last added first, page by page, with what a list shows of a title', async () => {
  const titles = await continueWorld(place.primary, 5)
  for (const { id } of titles) expect((await put(id)).status).toBe(200)
  const wanted = titles.map(({ id }) => id).reverse()
  expect((await list()).ids).toEqual(wanted)
  const first = await list('?limit=3')
  expect(first.ids).toEqual(wanted.slice(0, 3))
  expect(await list(`?limit=3&cursor=${first.next}`)).toMatchObject({ ids: wanted.slice(3), next: null })
  expect((await list(`?limit=3&cursor=${first.next}`, randomUUID())).status).toBe(400)
  const slug = `t-${titles[4]!.id}`
  expect(first.items[0].content).toEqual({
    ...world.summaries.winterTide,
    id: titles[4]!.id,
    slug,
    rating: null,
  })
})

it('are added once and taken off once, however often that is asked for, and counted so', async () => {
  const [title] = await continueWorld(place.primary, 1)
  const added = await Promise.all([1, 2, 3].map(() => put(title!.id)))
  expect(new Set(added.map(({ json }) => json.addedAt)).size).toBe(1)
  expect([await figure(title!.id), (await list()).ids]).toEqual([1, [title!.id]])
  await put(title!.id, randomUUID())
  expect(await figure(title!.id)).toBe(2)
  for (const _ of [1, 2]) expect((await remove(title!.id)).status).toBe(204)
  expect([await figure(title!.id), (await list()).ids]).toEqual([1, []])
})

it('are of published titles: the catalogue is asked once about one that is not known', async () => {
  const { jadeCourt } = world.contents
  expect((await put(randomUUID())).json.code).toBe('content_not_found')
  place.catalog.state.status = 503
  expect((await put(jadeCourt.id)).status).toBe(503)
  place.catalog.state.status = 200
  expect((await put(jadeCourt.id)).json).toMatchObject({ content: { slug: 'jade-court' } })
  const asked = place.catalog.asked.length
  expect((await put(jadeCourt.id)).status).toBe(200)
  expect(place.catalog.asked.length).toBe(asked)
})

it('show the rating that was told last', async () => {
  const [title] = await continueWorld(place.primary, 1)
  const told = (average: number | null, version: number) => ({
    ...{ contentId: title!.id, day: '2026-01-15', count: 2, average, version },
  })
  await keepRatings(place.primary, [told(7.5, 2), told(9, 1)])
  expect((await put(title!.id)).json.content.rating).toBe(7.5)
  await keepRatings(place.primary, [told(null, 3)])
  expect((await list()).items[0].content.rating).toBeNull()
})

it('are out of sight while their title is taken down', async () => {
  const [title] = await continueWorld(place.primary, 1)
  await put(title!.id)
  await keepCopies(place.primary, { goneTitles: [{ id: title!.id, version: 2 }] })
  expect((await list()).ids).toEqual([])
  expect((await put(title!.id)).status).toBe(404)
  await keepCopies(place.primary, { titles: [{ ...title!.copy, version: 3 }] })
  expect((await list()).ids).toEqual([title!.id])
})

it('are one’s own', async () => {
  const [title] = await continueWorld(place.primary, 1)
  await put(title!.id)
  expect((await list('', randomUUID())).ids).toEqual([])
  expect((await remove(title!.id, randomUUID())).status).toBe(204)
  expect((await list()).ids).toEqual([title!.id])
  expect((await put(title!.id, null)).status).toBe(401)
  expect((await put(title!.id, 'nobody')).status).toBe(403)
  expect((await put('winter-tide')).status).toBe(400)
})
