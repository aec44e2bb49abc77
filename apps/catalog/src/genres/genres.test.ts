import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const add = (name: string) => test.api('/api/v1/genres', { method: 'POST', as: 'editor', body: { name } })

describe('genres', () => {
  it('are listed by name, page by page', async () => {
    const all = Object.values(world.genres).sort((a, b) => (a.name < b.name ? -1 : 1))
    const page = await test.api('/api/v1/genres?limit=4')
    const rest = await test.api(`/api/v1/genres?limit=4&cursor=${page.json.next}`)
    expect([...page.json.items, ...rest.json.items]).toEqual(all)
    expect(rest.json.next).toBeNull()
  })

  it('are added by editors, each name once whatever its case', async () => {
    const made = await add('Medical')
    expect([made.status, made.json.name]).toEqual([201, 'Medical'])
    expect((await add('medical')).json.code).toBe('genre_exists')
    const ask = { method: 'POST', body: { name: 'X' } }
    expect((await test.api('/api/v1/genres', ask)).status).toBe(401)
    expect((await test.api('/api/v1/genres', { ...ask, as: 'viewer' })).status).toBe(403)
  })
})
