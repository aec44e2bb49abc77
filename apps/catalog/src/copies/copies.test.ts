import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventTypes, isEventType, world } from '@marquee/contracts'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

interface Item {
  id: string
  version: number
  status: string
}

/** All items, page by page; each page is held against the document. */
async function walk(path: string, limit: number): Promise<Item[]> {
  const items: Item[] = []
  for (let after: string | null = ''; after !== null; ) {
    const page = await test.api(`${path}?limit=${limit}${after && `&after=${after}`}`)
    expect(page.status).toBe(200)
    items.push(...page.json.items)
    after = page.json.next
  }
  return items
}

const post = (path: string, body: object) => test.api(path, { method: 'POST', as: 'editor', body })
/** An edit of what is at `version` now. */
const edit = (path: string, method: string, version: number, body?: object) =>
  test.api(path, { method, as: 'editor', headers: { 'if-match': `"${version}"` }, ...(body && { body }) })

/** The newest event of each subject of a topic, as its consumers would have it. */
async function newest(noun: 'content' | 'episode'): Promise<{ version: number; body: object }[]> {
  const { rows } = await test.catalog.pool.query<{ type: string; version: number; body: string }>(
    `SELECT DISTINCT ON (subject) type, subject_version AS version, body FROM outbox
     WHERE type LIKE $1 ORDER BY subject, subject_version DESC`,
    [`${noun}.%`],
  )
  return rows.map(({ type, version, body }) => {
    if (!isEventType(type)) throw new Error(type)
    return { version, body: eventTypes[type].schema.parse(JSON.parse(body)) }
  })
}

describe('what copies are made of', () => {
  it('is every title and episode of every status, once, in the order of ids, as its newest event tells it', async () => {
    const genres = [world.genres.romance.id, world.genres.comedy.id]
    for (const status of ['draft', 'published'])
      expect((await post('/api/v1/content', newTitle({ status, genres }))).status).toBe(201)
    const { id } = (await post('/api/v1/content', newTitle())).json
    const terms = { airingStatus: 'airing', ageRating: '15+', availableRegions: ['KR', 'JP'] }
    const patch = { title: 'Another', ...terms }
    expect((await edit(`/api/v1/content/${id}`, 'PATCH', 1, patch)).status).toBe(200)
    expect((await edit(`/api/v1/content/${id}`, 'DELETE', 2)).status).toBe(204)
    const body = {
      seasonNumber: 1,
      number: 1,
      title: 'One',
      status: 'draft',
      airDate: '2026-01-01T00:00:00Z',
    }
    const episode = (await post(`/api/v1/content/${id}/episodes`, body)).json
    expect((await edit(`/api/v1/episodes/${episode.id}`, 'DELETE', 1)).status).toBe(204)

    for (const [path, noun] of [
      ['/internal/titles', 'content'],
      ['/internal/episodes', 'episode'],
    ] as const) {
      const told = await newest(noun)
      for (const limit of [1, 2, 1000]) {
        const items = await walk(path, limit)
        // An event of what was taken down says less; everything else is told word for word.
        expect(items).toMatchObject(told.map(({ version, body: said }) => ({ ...said, version })))
        expect(items.filter(({ status }) => status !== 'archived').length).toBe(items.length - 1)
      }
    }
    const titles = await walk('/internal/titles', 500)
    expect(titles.find((title) => title.id === id)).toMatchObject({
      ...patch,
      status: 'archived',
      version: 3,
    })
  })

  it('is refused for a page that cannot be', async () => {
    for (const query of ['after=x', 'limit=0', 'limit=1001', 'more=1'])
      expect((await test.api(`/internal/titles?${query}`)).status).toBe(400)
  })
})
