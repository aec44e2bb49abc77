import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { serve, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const { winterTide, mangoSeason } = world.contents
const path = `/api/v1/content/${winterTide.id}`

describe('reading a title', () => {
  it('gives the named world as it was put, by id and by slug', async () => {
    const byId = await test.api(path)
    expect(byId.json).toEqual(winterTide)
    expect(byId.headers.get('etag')).toMatch(/^"1\.[\w-]+"$/)
    expect(byId.headers.get('cache-control')).toBe('public, max-age=30, stale-while-revalidate=60')
    const bySlug = await test.api(`/api/v1/content/${winterTide.slug}`)
    expect(bySlug.text).toBe(byId.text)
    expect(bySlug.headers.get('etag')).toBe(byId.headers.get('etag'))
    expect((await test.api(`/api/v1/content/${winterTide.id.toUpperCase()}`)).text).toBe(byId.text)
  })

  it('answers 304 to the ETag that is known, cached or not', async () => {
    const etag = (await test.api(path)).headers.get('etag')!
    const again = await test.api(path, { headers: { 'if-none-match': etag } })
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await test.api(path, { headers: { 'if-none-match': '"1.other"' } })).status).toBe(200)
  })

  it('adds what `include` names and nothing else', async () => {
    const { json } = await test.api(`${path}?include=episodes,translations`)
    const { episodes, translations, ...rest } = json
    expect(rest).toEqual(winterTide)
    expect(episodes).toEqual([
      world.episodes.winterTide1,
      world.episodes.winterTide2,
      world.episodes.winterTide3,
    ])
    expect(translations).toEqual([{ language: 'ja', title: '冬の潮', description: null }])
    const all = await test.api(`${path}?include=externalIds,credits`)
    expect(all.json).toMatchObject({ externalIds: [], credits: [] })
    expect(all.json.episodes).toBeUndefined()
  })

  it.each([
    ['?lang=ja', {}, 'ja', '冬の潮'],
    ['?lang=ko', {}, 'ko', winterTide.originalTitle],
    ['?lang=fr', {}, 'en', winterTide.title],
    ['', { 'accept-language': 'fr, ja;q=0.8, en;q=0.5' }, 'ja', '冬の潮'],
    ['', { 'accept-language': 'en-GB, ja;q=0.8' }, 'en', winterTide.title],
    ['?lang=ja', { 'accept-language': 'en' }, 'ja', '冬の潮'],
    ['', { 'accept-language': 'xx;q=9,,;;' }, 'en', winterTide.title],
  ])('answers %s with %j in %s', async (query, headers: Record<string, string>, language, title) => {
    const read = () => test.api(path + query, { headers })
    for (const { json, headers } of [await read(), await read()]) {
      expect(json.title).toBe(title)
      expect(headers.get('content-language')).toBe(language)
      expect(headers.get('vary')).toBe('Accept-Language')
    }
  })

  it('shows a draft to editors only, and never from a cache', async () => {
    const draft = `/api/v1/content/${mangoSeason.id}`
    expect((await test.api(draft)).status).toBe(404)
    expect((await test.api(draft, { as: 'viewer' })).status).toBe(404)
    const seen = await test.api(draft, { as: 'editor' })
    expect(seen.json).toEqual(mangoSeason)
    expect(seen.headers.get('cache-control')).toBe('private, no-store')
    expect((await test.api(draft)).status).toBe(404)
    expect((await test.api('/api/v1/content/mango-season')).json.code).toBe('content_not_found')
  })

  it('answers what it knows while the database is down, and 503 for the rest', async () => {
    await test.api(path)
    const cut = await serve('postgres://postgres@127.0.0.1:1/none', test.prefix)
    try {
      expect((await cut.api(path)).json).toEqual(winterTide)
      const refused = await cut.api(`/api/v1/content/${world.contents.jadeCourt.id}?lang=de`)
      expect([refused.status, refused.json.code]).toEqual([503, 'unavailable'])
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    } finally {
      await cut.close()
    }
  })
})
