import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { query, sql } from '@marquee/postgres'
import { newTitle, testCatalog } from '../testing/test-catalog.js'
import { publishDue, publishTitle } from './publish-due.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const hour = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString()
const create = async (more: object) =>
  (await test.api('/api/v1/content', { method: 'POST', as: 'editor', body: newTitle(more) })).json
const types = sql('test.types', 'SELECT type FROM outbox WHERE subject = $1 ORDER BY subject_version')

describe('scheduled publishing', () => {
  it('publishes what is due, once, with its event, though two leaders work at once', async () => {
    const due = await create({ status: 'scheduled', publishAt: inHours(-1) })
    const later = await create({ status: 'scheduled', publishAt: inHours(1) })
    const draft = await create({ status: 'draft', publishAt: inHours(-1) })
    expect((await test.api(`/api/v1/content/${due.id}`)).status).toBe(404)
    await Promise.all([publishDue(test.catalog), publishDue(test.catalog)])
    expect((await test.api(`/api/v1/content/${due.id}`)).json).toMatchObject({
      status: 'published',
      version: 2,
    })
    expect((await test.api(`/api/v1/content?ids=${due.id}`)).json.items).toHaveLength(1)
    expect(await query(test.catalog.pool, types, [due.id])).toEqual([
      { type: 'content.created' },
      { type: 'content.published' },
    ])
    for (const { id } of [later, draft]) expect((await test.api(`/api/v1/content/${id}`)).status).toBe(404)
  })

  it('leaves alone what is no longer scheduled for that time when its turn comes', async () => {
    const publishAt = inHours(-1)
    const at = new Date(publishAt)
    const { id } = await create({ status: 'scheduled', publishAt })
    await publishTitle(test.catalog, { id, at: new Date(inHours(-2)) })
    expect((await test.api(`/api/v1/content/${id}`)).status).toBe(404)
    await publishTitle(test.catalog, { id, at })
    await publishTitle(test.catalog, { id, at })
    const published = await test.api(`/api/v1/content/${id}`)
    expect(published.json).toMatchObject({ status: 'published', version: 2 })
    const ifMatch = { 'if-match': published.headers.get('etag')! }
    await test.api(`/api/v1/content/${id}`, { method: 'DELETE', as: 'editor', headers: ifMatch })
    await publishTitle(test.catalog, { id, at })
    expect((await test.api(`/api/v1/content/${id}`)).status).toBe(404)
  })

  it('publishes an episode whose air date has come', async () => {
    const { id } = await create({})
    const add = (number: number, airDate: string) =>
      test.api(`/api/v1/content/${id}/episodes`, {
        method: 'POST',
        as: 'editor',
        body: { seasonNumber: 1, number, title: 'x', status: 'scheduled', airDate },
      })
    const [due, later] = [await add(1, inHours(-1)), await add(2, inHours(1))]
    expect((await test.api(`/api/v1/episodes/${due.json.id}`)).status).toBe(404)
    await publishDue(test.catalog)
    expect((await test.api(`/api/v1/episodes/${due.json.id}`)).json).toMatchObject({
      status: 'published',
      version: 2,
    })
    expect((await test.api(`/api/v1/episodes/${later.json.id}`)).status).toBe(404)
    expect(await query(test.catalog.pool, types, [due.json.id])).toEqual([
      { type: 'episode.created' },
      { type: 'episode.published' },
    ])
  })

  it('tells once that an episode which was published ahead has come to its air date', async () => {
    const { id } = await create({})
    const path = `/api/v1/content/${id}/episodes`
    const body = { seasonNumber: 1, number: 1, title: 'x', status: 'published', airDate: inHours(1) }
    const [due, edited, moved, later] = await Promise.all(
      [1, 2, 3, 4].map(
        async (number) =>
          (await test.api(path, { method: 'POST', as: 'editor', body: { ...body, number } })).json,
      ),
    )
    await publishDue(test.catalog)
    await airDateComes([due.id, edited.id, moved.id])
    const patch = (episodeId: string, change: object) =>
      test.api(`/api/v1/episodes/${episodeId}`, {
        method: 'PATCH',
        as: 'editor',
        headers: { 'if-match': '"1"' },
        body: change,
      })
    // Whoever writes it first after its time tells it, be it an editor; one who moves it away takes it back.
    expect((await patch(edited.id, { title: 'y' })).status).toBe(200)
    expect((await patch(moved.id, { airDate: inHours(1) })).status).toBe(200)
    await Promise.all([publishDue(test.catalog), publishDue(test.catalog)])
    await publishDue(test.catalog)
    const told = ({ id }: { id: string }) => query(test.catalog.pool, types, [id])
    const published = [{ type: 'episode.created' }, { type: 'episode.published' }]
    expect(await told(due)).toEqual(published)
    expect(await told(edited)).toEqual(published)
    expect(await told(moved)).toEqual([{ type: 'episode.created' }, { type: 'episode.updated' }])
    expect(await told(later)).toEqual([{ type: 'episode.created' }])
    expect((await test.api(`/api/v1/episodes/${due.id}`)).json).toMatchObject({ version: 2 })
    await airDateComes([moved.id])
    await publishDue(test.catalog)
    expect((await told(moved)).at(-1)).toEqual({ type: 'episode.published' })
  })
})

/** As if time had gone by: nobody edits, only the air dates have come. */
async function airDateComes(ids: string[]): Promise<void> {
  const at = inHours(-1)
  for (const table of ['episodes', 'episode_listing'])
    await test.catalog.pool.query(`UPDATE ${table} SET air_date = $2 WHERE id = ANY($1::uuid[])`, [ids, at])
}
