import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contentSorts, world } from '@marquee/contracts'
import { signCursor } from '@marquee/service-kit'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
const made: { id: string; title: string; year: number }[] = []
const create = async (more: object = {}) =>
  (await test.api('/api/v1/content', { method: 'POST', as: 'editor', body: newTitle(more) })).json

beforeAll(async () => {
  test = await testCatalog()
  const titles = ['Zebra', 'apple', 'Apple', '"quoted"', '겨울', 'x'.repeat(500), 'same', 'same']
  for (const [n, title] of titles.entries())
    made.push(
      await create({ title, year: 2000 + (n % 3), kind: n % 2 ? 'movie' : 'series', isVip: n % 4 === 0 }),
    )
})
afterAll(() => test.close())

async function walk(path: string, between?: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null; ) {
    const { json, headers } = await test.api(
      `${path}${path.includes('?') ? '&' : '?'}limit=3${next && `&cursor=${next}`}`,
    )
    seen.push(
      ...json.items.map((item: string | { id: string }) => (typeof item === 'string' ? item : item.id)),
    )
    next = json.next
    expect(headers.get('link')).toEqual(next === null ? null : expect.stringContaining(`cursor=${next}`))
    await between?.()
  }
  return seen
}
const published = () =>
  [...Object.values(world.contents).filter(({ status }) => status === 'published'), ...made].map(
    ({ id }) => id,
  )

describe('the ids of the catalogue', () => {
  it('come newest first, each once, without drafts', async () => {
    const ids = await walk('/api/v1/content/ids')
    expect(ids.slice(0, made.length)).toEqual(made.map(({ id }) => id).reverse())
    expect([...ids].sort()).toEqual(published().sort())
  })

  it('come each once while titles are added', async () => {
    const added: string[] = []
    const ids = await walk('/api/v1/content/ids', async () =>
      added.push((await create({ kind: 'special' })).id),
    )
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !added.includes(id)).sort()).toEqual(published().sort())
    made.push(...added.map((id) => ({ id, title: '', year: 0 })))
  })
})

describe('the list of titles', () => {
  it.each(contentSorts)('walks every title once by %s', async (sort) => {
    const ids = await walk(`/api/v1/content?sort=${sort}`)
    expect([...ids].sort()).toEqual(published().sort())
  })

  it('sorts', async () => {
    const of = async (query: string) => (await test.api(`/api/v1/content?limit=100&${query}`)).json.items
    const years = (await of('sort=year')).map(({ year }: { year: number | null }) => year ?? 0)
    expect(years).toEqual([...years].sort((a: number, b: number) => b - a))
    const [newest, oldest] = [await of('sort=newest'), await of('sort=oldest')]
    expect(newest).toEqual(oldest.reverse())
    const titles = (await of('sort=title')).map(({ title }: { title: string }) => title.toLowerCase())
    expect(titles.indexOf('apple')).toBeLessThan(titles.indexOf('zebra'))
  })

  it('gives summaries and nothing else', async () => {
    const { json } = await test.api(`/api/v1/content?ids=${world.contents.winterTide.id}`)
    expect(json).toEqual({ items: [world.summaries.winterTide], next: null })
  })

  it.each([
    ['kind=movie&origin=korean', (item: Item) => item.kind === 'movie' && item.origin === 'korean'],
    ['yearFrom=2001&yearTo=2001', (item: Item) => item.year === 2001],
    ['vip=true', (item: Item) => item.isVip],
    [`genre=${world.genres.thriller.id}`, (item: Item) => ['winter-tide', 'last-ferry'].includes(item.slug)],
  ])('filters by %s', async (query, wanted) => {
    const all: Item[] = (await test.api('/api/v1/content?limit=100')).json.items
    const found: Item[] = (await test.api(`/api/v1/content?limit=100&${query}`)).json.items
    expect(found).toEqual(all.filter(wanted))
    expect(found.length).toBeGreaterThan(0)
    expect([...(await walk(`/api/v1/content?${query}`))]).toEqual(found.map(({ id }) => id))
  })

  it.each([`tag=${world.genres.crime.id}`, 'ratingMin=9.5', `genre=${world.contents.lastFerry.id}`])(
    'finds nothing by %s',
    async (query) =>
      expect((await test.api(`/api/v1/content?${query}`)).json).toEqual({ items: [], next: null }),
  )

  it('gives up to 100 titles in the order of their ids, without those that are not there or not published', async () => {
    const { winterTide, lastFerry, mangoSeason } = world.contents
    const ids = [
      lastFerry.id,
      mangoSeason.id,
      '0192ffff-ffff-7fff-bfff-ffffffffffff',
      winterTide.id.toUpperCase(),
      lastFerry.id,
    ]
    const { json } = await test.api(`/api/v1/content?ids=${ids}`)
    expect(json.items.map(({ id }: Item) => id)).toEqual([lastFerry.id, winterTide.id])
    expect((await test.api(`/api/v1/content?ids=${ids}&sort=title`)).status).toBe(400)
  })

  it('shows other than published titles to editors only', async () => {
    const path = '/api/v1/content?status=draft'
    expect((await test.api(path)).status).toBe(401)
    expect((await test.api(path, { as: 'viewer' })).status).toBe(403)
    const drafts = await test.api(path, { as: 'editor' })
    expect(drafts.json.items.map(({ slug }: Item) => slug)).toEqual(['mango-season'])
    expect(drafts.headers.get('cache-control')).toBe('private, no-store')
  })
})

describe('a cursor', () => {
  const first = async (query = '') => (await test.api(`/api/v1/content?limit=2${query}`)).json.next as string
  const refused = async (path: string) => {
    const answer = await test.api(path)
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_cursor'])
  }

  it('is refused when a bit of it was changed', async () => {
    const bytes = Buffer.from(await first(), 'base64url')
    for (const at of [0, 15, 16, bytes.length - 1]) {
      const forged = Buffer.from(bytes)
      forged[at]! ^= 1
      await refused(`/api/v1/content?cursor=${forged.toString('base64url')}`)
    }
  })

  it('is refused when it was signed by somebody else', async () => {
    const payload = JSON.parse(
      Buffer.from(await first(), 'base64url')
        .subarray(16)
        .toString(),
    )
    await refused(`/api/v1/content?cursor=${signCursor('c3'.repeat(32), payload)}`)
  })

  it('is refused by another list, other filters and another sort', async () => {
    const cursor = await first()
    expect((await test.api(`/api/v1/content?cursor=${cursor}`)).status).toBe(200)
    await refused(`/api/v1/content/ids?cursor=${cursor}`)
    await refused(`/api/v1/content?kind=series&cursor=${cursor}`)
    await refused(`/api/v1/content?sort=year&cursor=${cursor}`)
    await refused(`/api/v1/content/${world.contents.winterTide.id}/episodes?cursor=${cursor}`)
  })
})

interface Item {
  id: string
  slug: string
  kind: string
  origin: string
  year: number | null
  isVip: boolean
}
