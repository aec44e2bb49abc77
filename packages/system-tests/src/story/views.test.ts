import { describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'

const periods = ['daily', 'weekly', 'monthly'] as const

async function newTitle(origin = 'taiwanese') {
  const { json } = await api('/api/v1/content', {
    method: 'POST',
    as: 'editor',
    body: { kind: 'movie', title: 'Views', origin, originalLanguage: 'zh-Hant', status: 'published' },
  })
  return json.id as string
}
const view = (id: string, ask: { as?: 'viewer' | 'viewer2'; key?: string; viewerId?: string } = {}) =>
  api(`/api/v1/content/${id}/views/increment`, {
    method: 'POST',
    ...(ask.as ? { as: ask.as } : {}),
    ...(ask.key ? { headers: { 'idempotency-key': ask.key } } : {}),
    ...(ask.viewerId ? { body: { viewerId: ask.viewerId } } : {}),
  })

describe('counting views', () => {
  it('counts one key once per principal', async () => {
    const id = await newTitle()
    const key = `key-${id}`
    expect((await view(id, { as: 'viewer', key })).json).toEqual({
      contentId: id,
      counted: true,
      totalViews: 1,
      dayViews: 1,
    })
    expect((await view(id, { as: 'viewer', key })).json).toEqual({
      contentId: id,
      counted: false,
      totalViews: 1,
      dayViews: 1,
    })
    expect((await view(id, { as: 'viewer2', key })).json).toMatchObject({ counted: true, totalViews: 2 })
    expect((await view(id, { key })).json).toMatchObject({ counted: true, totalViews: 3 })
  })

  it('counts the one title under its slug too', async () => {
    const { json } = await api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: { kind: 'movie', title: 'By slug', origin: 'thai', originalLanguage: 'th', status: 'published' },
    })
    const answer = await api(`/api/v1/content/${json.slug}/views/increment`, { method: 'POST' })
    expect(answer.json).toMatchObject({ contentId: json.id, counted: true, totalViews: 1 })
  })

  it('counts 200 concurrent views of one title exactly', async () => {
    const id = await newTitle()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => view(id, { key: `${id}-${n % 100}` })),
    )
    expect(answers.filter((answer) => answer.json.counted)).toHaveLength(100)
    expect((await view(id)).json.totalViews).toBe(101)
  })
})

describe('trending', () => {
  it('shows a viewed title in all three lists within 5 s, and in totalViews within 15 s', async () => {
    const id = await newTitle()
    for (let n = 0; n < 15; n++) await view(id, { viewerId: `viewer-${n}` })
    for (const period of periods)
      await settle(
        async () => {
          const { json } = await api(`/api/v1/content/trending/${period}?origin=taiwanese&limit=100`)
          const item = json.items.find(
            (candidate: { content: { id: string } }) => candidate.content.id === id,
          )
          expect(item).toMatchObject({ views: 15, content: { title: 'Views', origin: 'taiwanese' } })
          expect(item.uniqueViewers).toBeGreaterThan(10)
        },
        { timeoutMs: 5_000 },
      )
    await settle(async () => expect((await api(`/api/v1/content/${id}`)).json.totalViews).toBe(15), {
      timeoutMs: 15_000,
    })
  })

  it('ranks by score, without gaps', async () => {
    const { json } = await api('/api/v1/content/trending/weekly?limit=100')
    expect(json.items.map((item: { rank: number }) => item.rank)).toEqual(
      json.items.map((_: unknown, index: number) => index + 1),
    )
    const scores = json.items.map((item: { score: number }) => item.score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
  })

  it('drops a taken-down title within 5 s and refuses its views', async () => {
    const id = await newTitle()
    await view(id)
    const listed = async () => {
      const { json } = await api('/api/v1/content/trending/daily?origin=taiwanese&limit=100')
      return json.items.some((item: { content: { id: string } }) => item.content.id === id)
    }
    await settle(async () => expect(await listed()).toBe(true), { timeoutMs: 5_000 })
    const { headers } = await api(`/api/v1/content/${id}`, { as: 'editor' })
    await api(`/api/v1/content/${id}`, {
      method: 'DELETE',
      as: 'editor',
      headers: { 'if-match': headers.etag! },
    })
    await settle(async () => expect(await listed()).toBe(false), { timeoutMs: 5_000 })
    await settle(async () => expect((await view(id)).status).toBe(404), { timeoutMs: 5_000 })
  })
})
