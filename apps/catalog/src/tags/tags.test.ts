import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const write = (method: string, path: string, body: unknown, etag?: string) =>
  test.api(path, { method, as: 'editor', body, ...(etag && { headers: { 'if-match': etag } }) })
const tag = async (name: string) => (await write('POST', '/api/v1/tags', { name })).json

describe('tags', () => {
  it('are added, each name once whatever its case, and listed by name', async () => {
    const made = await tag('Time travel')
    expect((await write('POST', '/api/v1/tags', { name: 'TIME TRAVEL' })).json.code).toBe('tag_exists')
    expect((await test.api('/api/v1/tags')).json.items).toContainEqual(made)
    expect((await test.api('/api/v1/tags', { method: 'POST', as: 'mina', body: { name: 'x' } })).status).toBe(
      403,
    )
  })

  it('of a title are replaced as a whole, by its version; lists find the title by them at once', async () => {
    const { id } = (await write('POST', '/api/v1/content', newTitle())).json
    const [a, b] = [await tag('Amnesia'), await tag('Beach')]
    const path = `/api/v1/content/${id}/tags`
    const byTag = async ({ id: tagId }: { id: string }) =>
      (await test.api(`/api/v1/content?tag=${tagId}`)).json.items.map((item: { id: string }) => item.id)
    const put = await write('PUT', path, { tags: [b.id, a.id, b.id] }, '"1"')
    expect(put.json).toEqual({ items: [a, b], next: null })
    expect((await test.api(`/api/v1/content/${id}?include=tags`)).json).toMatchObject({
      version: 2,
      tags: [a, b],
    })
    expect(await byTag(b)).toEqual([id])
    expect((await write('PUT', path, { tags: [a.id, b.id] }, '"2"')).status).toBe(200)
    expect((await write('PUT', path, { tags: [] }, '"1"')).status).toBe(412)
    expect((await write('PUT', path, { tags: [a.id] }, '"2"')).status).toBe(200)
    expect((await test.api(path)).json.items).toEqual([a])
    expect(await byTag(b)).toEqual([])
    expect((await test.api(`/api/v1/content/${id}`)).json.version).toBe(3)
    const unknown = await write('PUT', path, { tags: [a.id, world.genres.crime.id] }, '"3"')
    expect([unknown.status, unknown.json.errors[0].pointer]).toEqual([422, '/tags/1'])
    expect((await write('PUT', path, { tags: [] })).status).toBe(428)
  })
})
