import { describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { api } from '../checked.js'

const unique = (name: string) => `${name}-${process.pid}-${Date.now().toString(36)}`
const create = (more: object = {}) =>
  api('/api/v1/content', {
    method: 'POST',
    as: 'editor',
    body: {
      kind: 'series',
      title: 'Story',
      slug: unique('story'),
      origin: 'korean',
      originalLanguage: 'ko',
      status: 'published',
      ...more,
    },
  })
const patch = (id: string, etag: string, body: object) =>
  api(`/api/v1/content/${id}`, {
    method: 'PATCH',
    as: 'editor',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag },
    body,
  })

async function walk(path: string): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null; ) {
    const page = await api(
      `${path}${path.includes('?') ? '&' : '?'}limit=37${next && `&cursor=${encodeURIComponent(next)}`}`,
    )
    expect(page.status).toBe(200)
    seen.push(
      ...page.json.items.map((item: string | { id: string }) => (typeof item === 'string' ? item : item.id)),
    )
    next = page.json.next
  }
  return seen
}

describe('reading the catalogue', () => {
  it('walks every published id exactly once', async () => {
    const ids = await walk('/api/v1/content/ids')
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(50)
    expect(ids).toContain(world.contents.winterTide.id)
    expect(ids).not.toContain(world.contents.mangoSeason.id)
  })

  it.each(['newest', 'oldest', 'title', 'year', 'rating', 'popularity', 'views'])(
    'walks the list once by %s',
    async (sort) => {
      const ids = await walk(`/api/v1/content?sort=${sort}`)
      expect(new Set(ids).size).toBe(ids.length)
      expect([...ids].sort()).toEqual((await walk('/api/v1/content/ids')).sort())
    },
  )

  it('filters by kind, origin, genre and year', async () => {
    const genre = world.genres.thriller.id
    const { json } = await api(
      `/api/v1/content?kind=movie&origin=korean&genre=${genre}&yearFrom=2021&yearTo=2021&limit=100`,
    )
    expect(json.items.map((item: { id: string }) => item.id)).toContain(world.contents.lastFerry.id)
    for (const item of json.items) expect(item).toMatchObject({ kind: 'movie', origin: 'korean', year: 2021 })
  })

  it('gives a title by id and by slug, with the same ETag, and 304 when it is known', async () => {
    const byId = await api(`/api/v1/content/${world.contents.winterTide.id}`)
    const bySlug = await api(`/api/v1/content/${world.contents.winterTide.slug}`)
    const figures = ['rating', 'ratingCount', 'totalViews', 'popularity']
    const fixed = Object.entries(world.contents.winterTide).filter(([name]) => !figures.includes(name))
    expect(byId.json).toMatchObject(Object.fromEntries(fixed))
    expect(bySlug.json.id).toBe(byId.json.id)
    expect(byId.headers.etag).toMatch(/^"1\.[^"]+"$/)
    const again = await api(`/api/v1/content/${world.contents.winterTide.id}`, {
      headers: { 'if-none-match': byId.headers.etag! },
    })
    // Views of other tests may change the totals between two reads; the ETag then says so.
    if (again.status === 304) expect(again.text).toBe('')
    else expect(again.headers.etag).not.toBe(byId.headers.etag)
  })

  it('adds episodes in order when asked', async () => {
    const { json } = await api(`/api/v1/content/${world.contents.winterTide.id}?include=episodes`)
    expect(json.episodes.slice(0, 3).map((episode: { number: number }) => episode.number)).toEqual([1, 2, 3])
    const second = await api(`/api/v1/episodes/${world.episodes.winterTide2.id}`)
    expect(second.json).toMatchObject({
      title: 'Salt in the Ink',
      previous: { number: 1 },
      next: { number: 3 },
    })
  })
})

describe('editing the catalogue', () => {
  it('creates, patches, archives; a stale If-Match is refused and the reader sees each edit at once', async () => {
    const made = await create()
    expect(made.status).toBe(201)
    const { id, slug } = made.json
    const first = await api(`/api/v1/content/${id}`)
    expect(first.json).toMatchObject({ title: 'Story', version: 1, genres: [] })

    const patched = await patch(id, first.headers.etag!, {
      title: 'Story, retold',
      genres: [world.genres.crime.id],
    })
    expect(patched.status).toBe(200)
    expect(patched.json).toMatchObject({ title: 'Story, retold', version: 2, genres: [world.genres.crime] })
    expect((await api(`/api/v1/content/${slug}`)).json.title).toBe('Story, retold')

    const stale = await patch(id, first.headers.etag!, { title: 'Lost update' })
    expect(stale.status).toBe(412)

    const gone = await api(`/api/v1/content/${id}`, {
      method: 'DELETE',
      as: 'editor',
      headers: { 'if-match': patched.headers.etag! },
    })
    expect(gone.status).toBe(204)
    expect((await api(`/api/v1/content/${id}`)).status).toBe(404)
    expect((await api(`/api/v1/content/${id}`, { as: 'editor' })).json.status).toBe('archived')
  })

  it('answers the same Idempotency-Key with the same title, and refuses it with another body', async () => {
    const slug = unique('once')
    const ask = { method: 'POST', as: 'editor', headers: { 'idempotency-key': slug } } as const
    const body = {
      slug,
      kind: 'movie',
      title: 'Once',
      origin: 'thai',
      originalLanguage: 'th',
      status: 'draft',
    }
    const [first, second] = [
      await api('/api/v1/content', { ...ask, body }),
      await api('/api/v1/content', { ...ask, body }),
    ]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.json.id).toBe(first.json.id)
    const other = await api('/api/v1/content', { ...ask, body: { ...body, title: 'Twice' } })
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('makes episodes, once per season and number, and changes them', async () => {
    const { json: content } = await create()
    const body = { seasonNumber: 1, number: 1, title: 'Pilot', durationSeconds: 1500, status: 'published' }
    const path = `/api/v1/content/${content.id}/episodes`
    const made = await api(path, { method: 'POST', as: 'editor', body })
    expect(made.json).toMatchObject({ ...body, contentId: content.id, sortOrder: 1, version: 1 })
    expect((await api(path, { method: 'POST', as: 'editor', body })).status).toBe(409)
    expect((await api(path)).json.items).toHaveLength(1)
    const read = await api(`/api/v1/episodes/${made.json.id}`, { as: 'editor' })
    const changed = await api(`/api/v1/episodes/${made.json.id}`, {
      method: 'PATCH',
      as: 'editor',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': read.headers.etag! },
      body: { title: 'Pilot, recut', durationSeconds: null },
    })
    expect(changed.json).toMatchObject({ title: 'Pilot, recut', durationSeconds: null, version: 2 })
    expect((await api(`/api/v1/episodes/${made.json.id}`)).json.title).toBe('Pilot, recut')
  })

  it('lets exactly one of twenty concurrent edits of one version through', async () => {
    const { json, headers } = await create()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => patch(json.id, headers.etag!, { title: `Edit ${n}` })),
    )
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 412)).toHaveLength(19)
  })
})
