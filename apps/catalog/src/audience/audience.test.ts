import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { federate } from '../federation/federate-command.js'
import { type AnalyticsServers, addPlays, analyticsServers } from '../testing/analytics-servers.js'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
let servers: AnalyticsServers
beforeAll(async () => {
  ;[test, servers] = await Promise.all([testCatalog(), analyticsServers()])
  await federate(test.catalog.pool, [...servers.urls])
})
afterAll(async () => {
  await test.close()
  await servers.close()
})

const { mina, joon } = world.viewers
const { winterTide, lastFerry } = world.contents
const id = (n: number) => `0192aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`
const historyOf = (userId: string) => `/api/v1/content/users/${userId}/watch-history`
/** All items, page by page. */
async function walk(path: string, as: 'mina' | 'data' | 'admin', limit: number) {
  const items = []
  for (let next: string | null = ''; next !== null; ) {
    const page = await test.api(`${path}?limit=${limit}${next && `&cursor=${next}`}`, { as })
    expect(page.status).toBe(200)
    items.push(...page.json.items)
    next = page.json.next
  }
  return items
}

describe('ids of users', () => {
  it('come newest first, each once, for the scope data and for admins', async () => {
    const path = '/api/v1/content/users/ids'
    expect((await test.api(path, { as: 'data' })).json).toEqual({ items: [], next: null })
    // Three of each moment: the id decides between them.
    const people = Array.from({ length: 30 }, (_, n) => ({
      id: id(n),
      at: new Date(Date.UTC(2025, 0, 1, Math.floor(n / 3))),
    }))
    for (const person of people)
      await servers.primary.query('INSERT INTO users (id, created_at) VALUES ($1, $2)', [
        person.id,
        person.at,
      ])
    const expected = people.map((person) => person.id).reverse()
    expect(await walk(path, 'data', 7)).toEqual(expected)
    expect(await walk(path, 'admin', 100)).toEqual(expected)
    const refused = [
      await test.api(path),
      await test.api(path, { as: 'editor' }),
      await test.api(path, { as: 'mina' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 403])
    expect((await test.api(path, { as: 'data' })).headers.get('cache-control')).toBe('private, no-store')
  })
})

describe('the watch history of a user', () => {
  it('is the world’s example', async () => {
    const { watchDuration, ...play } = world.play
    await addPlays(servers.primary, [
      {
        id: play.id,
        userId: mina.sub,
        contentId: winterTide.id,
        episodeId: play.episode.id,
        watchedAt: play.watchedAt,
      },
    ])
    const { json, headers } = await test.api(historyOf(mina.sub), { as: 'mina' })
    expect(json).toEqual({ items: [{ ...play, watchDuration: 60 }], next: null })
    expect([headers.get('cache-control'), headers.get('age')]).toEqual(['private, no-store', null])
  })

  it('keeps the names of what was archived since, and has null for what the catalogue has never known', async () => {
    const made = await test.api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: newTitle({ title: 'Gone by now' }),
    })
    const contentId = made.json.id
    const body = { seasonNumber: 2, number: 3, title: 'Part', status: 'published' }
    const episode = await test.api(`/api/v1/content/${contentId}/episodes`, {
      method: 'POST',
      as: 'editor',
      body,
    })
    const ifMatch = { 'if-match': made.headers.get('etag')! }
    await test.api(`/api/v1/content/${contentId}`, { method: 'DELETE', as: 'editor', headers: ifMatch })
    const userId = id(100)
    await addPlays(servers.primary, [
      { id: id(1), userId, contentId, episodeId: episode.json.id, watchedAt: '2025-03-03T10:00:00.123Z' },
      { id: id(2), userId, contentId: id(3), episodeId: id(4), watchedAt: '2025-03-02T10:00:00Z' },
      { id: id(3), userId, contentId: lastFerry.id, watchedAt: '2025-03-01T10:00:00Z' },
    ])
    const [gone, unknown, whole] = (await test.api(historyOf(userId), { as: 'admin' })).json.items
    expect(gone).toMatchObject({
      watchedAt: '2025-03-03T10:00:00.123Z',
      content: { id: contentId, title: 'Gone by now' },
      episode: { id: episode.json.id, seasonNumber: 2, number: 3, title: 'Part' },
    })
    expect([unknown.content, unknown.episode]).toEqual([null, null])
    expect([whole.content, whole.episode]).toEqual([world.summaries.lastFerry, null])
  })

  it('comes page by page, each play once, also those of one moment and of several partitions', async () => {
    const userId = id(200)
    const plays = Array.from({ length: 23 }, (_, n) => ({
      id: id(1000 + n),
      userId,
      contentId: winterTide.id,
      watchedAt: new Date(Date.UTC(2025, 11, 31, 20 + Math.floor(n / 4))).toISOString(),
    }))
    await addPlays(servers.primary, plays)
    const items = await walk(historyOf(userId), 'admin', 5)
    expect(items.map((item) => item.id)).toEqual(plays.map((play) => play.id).reverse())
    const { next } = (await test.api(`${historyOf(userId)}?limit=5`, { as: 'admin' })).json
    const others = await test.api(`${historyOf(mina.sub)}?cursor=${next}`, { as: 'mina' })
    expect(others.json.code).toBe('invalid_cursor')
  })

  it('is one’s own and the admins’: nobody else’s question reaches a store', async () => {
    expect((await test.api(historyOf(mina.sub.toUpperCase()), { as: 'mina' })).status).toBe(200)
    const seen = async () => {
      const text = `SELECT coalesce(sum(calls), 0)::integer AS calls FROM pg_stat_statements AS s
        JOIN pg_database AS d ON d.oid = s.dbid WHERE datname = current_database() AND query LIKE '%watch-history.page%'`
      await test.catalog.pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
      return (await test.catalog.pool.query(text)).rows[0].calls
    }
    const before = await seen()
    const statuses = []
    for (const as of ['mina', 'editor', 'data'] as const)
      statuses.push(await test.api(historyOf(joon.sub), { as }))
    statuses.push(await test.api(historyOf(joon.sub)))
    expect(statuses.map(({ status, json }) => [status, json.code])).toEqual([
      ...Array(3).fill([403, 'forbidden']),
      [401, 'unauthenticated'],
    ])
    expect(await seen()).toBe(before)
    expect((await test.api(historyOf('mina'), { as: 'mina' })).status).toBe(400)
  })

  it('has words of its own in the path, which are no slugs', async () => {
    expect((await test.api('/api/v1/content/users')).json.code).toBe('content_not_found')
    const taken = await test.api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: newTitle({ slug: 'users' }),
    })
    expect([taken.status, taken.json.errors[0].pointer]).toEqual([422, '/slug'])
    const named = await test.api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: newTitle({ slug: undefined, title: 'Users' }),
    })
    expect(named.json.slug).toMatch(/^users-/)
  })
})

describe('the audience of a title', () => {
  const audience = (of: string) => test.api(`/internal/content/${of}/audience`)

  it('is told with who told it; zeros where there is none', async () => {
    await servers.primary.query('INSERT INTO content_audience VALUES ($1, 310, 702)', [winterTide.id])
    const told = await audience(winterTide.id)
    expect([told.status, told.json]).toEqual([200, { viewers: 310, plays: 702, source: 'primary', ageMs: 0 }])
    expect((await audience(id(9))).json).toEqual({ viewers: 0, plays: 0, source: 'primary', ageMs: 0 })
    expect((await audience('winter-tide')).status).toBe(400)
  })
})
