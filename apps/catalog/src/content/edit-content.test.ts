import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { query, sql, transaction } from '@marquee/postgres'
import { newTitle, testCatalog } from '../testing/test-catalog.js'
import { nextVersion, newTitle as titleOf } from './content-rules.js'
import { insertTitle, lockTitle, updateTitle } from './content-store.js'
import { readPublished } from './get-content.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const create = (more: object = {}) =>
  test.api('/api/v1/content', { method: 'POST', as: 'editor', body: newTitle(more) })
const patch = (id: string, etag: string, body: object) =>
  test.api(`/api/v1/content/${id}`, {
    method: 'PATCH',
    as: 'editor',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag },
    body,
  })
const archive = (id: string, etag: string) =>
  test.api(`/api/v1/content/${id}`, { method: 'DELETE', as: 'editor', headers: { 'if-match': etag } })

const outbox = sql(
  'test.outbox',
  'SELECT type, subject_version AS version, body FROM outbox WHERE subject = $1 ORDER BY subject_version',
)
const rows = sql('test.rows', 'SELECT (SELECT count(*) FROM content_metadata WHERE id = $1) AS count')
const listedRow = sql(
  'test.listed',
  'SELECT slug, title, status, genre_ids AS genres FROM content_listing WHERE id = $1',
)
const events = async (id: string) =>
  (await query<{ type: string; version: number; body: string }>(test.catalog.pool, outbox, [id])).map(
    ({ type, version, body }) => ({ type, version, body: JSON.parse(body) }),
  )

describe('adding a title', () => {
  it('answers 201 with the title, which everybody may read at once, and states one event', async () => {
    const made = await create({ genres: [world.genres.crime.id, world.genres.comedy.id], description: 'x' })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      version: 1,
      genres: [world.genres.crime, world.genres.comedy],
      totalViews: 0,
    })
    expect(made.headers.get('location')).toBe(`/api/v1/content/${made.json.id}`)
    const read = await test.api(`/api/v1/content/${made.json.slug}`)
    expect(read.text).toBe(made.text)
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'))
    const { id, slug } = made.json
    expect(await events(id)).toEqual([
      {
        type: 'content.created',
        version: 1,
        body: expect.objectContaining({ id, slug, status: 'published' }),
      },
    ])
  })

  it('makes a slug of the title, and another when it is taken', async () => {
    const body = { ...newTitle({ title: 'Über den Wolken!' }), slug: undefined }
    const post = () => test.api('/api/v1/content', { method: 'POST', as: 'editor', body })
    const [first, second] = [await post(), await post()]
    expect(first.json.slug).toBe('uber-den-wolken')
    expect(second.json.slug).toMatch(/^uber-den-wolken-[0-9a-f]{12}$/)
    const korean = await create({ title: '겨울 조수', slug: undefined })
    expect(korean.json.slug).toMatch(/^title-[0-9a-f]{12}$/)
  })

  it('gives one slug to one of twenty who want it at once', async () => {
    const slug = `race-${Date.now()}`
    const answers = await Promise.all(Array.from({ length: 20 }, () => create({ slug })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status === 409)
    expect(refused.map(({ json }) => json.code)).toEqual(Array(19).fill('slug_taken'))
  })

  it.each(['ids', 'trending', world.contents.winterTide.id])(
    'refuses the slug %s, which could not be reached',
    async (slug) => {
      expect((await create({ slug })).json.code).toBe('invalid_body')
    },
  )

  it('answers a repeated Idempotency-Key with the same title and states nothing again', async () => {
    const body = newTitle()
    const headers = { 'idempotency-key': `key-${body.slug}` }
    const post = (more = {}) =>
      test.api('/api/v1/content', { method: 'POST', as: 'editor', headers, body: { ...body, ...more } })
    const first = await post()
    const second = await post()
    expect([second.status, second.text]).toEqual([201, first.text])
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(await events(first.json.id)).toHaveLength(1)
    expect((await post({ title: 'Another' })).json.code).toBe('idempotency_key_reused')
  })

  it('keeps nothing of a title whose transaction fails after its event', async () => {
    const id = '0192aaaa-0000-7000-8000-00000000000a'
    const failing = transaction(test.catalog.pool, async (tx) => {
      const body = newTitle() as Parameters<typeof titleOf>[0]
      await insertTitle(tx, titleOf(body, id, [], new Date()), ['atomic'])
      throw new Error('failed behind the event')
    })
    await expect(failing).rejects.toThrow('failed behind the event')
    expect(await query(test.catalog.pool, rows, [id])).toEqual([{ count: 0 }])
    expect(await events(id)).toEqual([])
  })

  it.each(['outbox', 'content_listing'])('is all or nothing, also when it fails at %s', async (table) => {
    const { pool } = test.catalog
    const before = await create()
    const slug = `all-or-nothing-${table.replace('_', '-')}`
    await pool.query(`ALTER TABLE ${table} RENAME TO away`)
    const etag = before.headers.get('etag')!
    const [made, edited] = [await create({ slug }), await patch(before.json.id, etag, { title: 'Never' })]
    await pool.query(`ALTER TABLE away RENAME TO ${table}`)
    expect([made.status, edited.status]).toEqual([500, 500])
    const written = await pool.query('SELECT FROM content_metadata WHERE slug = $1', [slug])
    const told = await pool.query('SELECT FROM outbox WHERE body LIKE $1', [`%${slug}%`])
    expect([written.rowCount, told.rowCount]).toEqual([0, 0])
    expect((await test.api(`/api/v1/content/${before.json.id}`)).text).toBe(before.text)
    expect(await events(before.json.id)).toHaveLength(1)
    expect((await create({ slug })).status).toBe(201)
  })
})

describe('editing a title', () => {
  it('merges: what is absent stays, null empties, arrays are replaced; the projection and the cache follow', async () => {
    const { json, headers } = await create({
      description: 'kept',
      year: 2001,
      genres: [world.genres.crime.id],
    })
    await test.api(`/api/v1/content/${json.id}`)
    const edited = await patch(json.id, headers.get('etag')!, {
      title: 'Other',
      year: null,
      genres: [world.genres.comedy.id, world.genres.fantasy.id],
    })
    expect(edited.json).toEqual({
      ...json,
      title: 'Other',
      year: null,
      genres: [world.genres.comedy, world.genres.fantasy],
      version: 2,
      updatedAt: expect.any(String),
    })
    expect((await test.api(`/api/v1/content/${json.id}`)).text).toBe(edited.text)
    expect(await query(test.catalog.pool, listedRow, [json.id])).toEqual([
      {
        slug: json.slug,
        title: 'Other',
        status: 'published',
        genres: [world.genres.comedy.id, world.genres.fantasy.id],
      },
    ])
    expect((await events(json.id)).map(({ type, version }) => [type, version])).toEqual([
      ['content.created', 1],
      ['content.updated', 2],
    ])
  })

  it('makes no version of a patch that changes nothing', async () => {
    const { json, headers } = await create()
    const same = await patch(json.id, headers.get('etag')!, { title: json.title, genres: [] })
    expect(same.text).toBe((await test.api(`/api/v1/content/${json.id}`)).text)
    expect(await events(json.id)).toHaveLength(1)
  })

  it.each([{ title: null }, { kind: null }, { status: null }, { isVip: null }])(
    'refuses %j',
    async (body) => {
      const { json, headers } = await create()
      expect((await patch(json.id, headers.get('etag')!, body)).status).toBe(422)
    },
  )

  it('lets one of ten edits of the same version through, and every version is one', async () => {
    const { json, headers } = await create()
    const etag = headers.get('etag')!
    const titles = Array.from({ length: 10 }, (_, n) => `Edit ${n}`)
    const answers = await Promise.all(titles.map((title) => patch(json.id, etag, { title })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)])
    const won = answers.find(({ status }) => status === 200)!
    expect((await test.api(`/api/v1/content/${json.id}`)).json.title).toBe(won.json.title)
    expect((await patch(json.id, won.headers.get('etag')!, { title: 'Three' })).json.version).toBe(3)
    expect((await events(json.id)).map(({ version }) => version)).toEqual([1, 2, 3])
  })

  it('wants If-Match', async () => {
    const { json } = await create()
    const ask = { method: 'PATCH', as: 'editor', body: { title: 'x' } } as const
    expect((await test.api(`/api/v1/content/${json.id}`, ask)).status).toBe(428)
    expect((await patch(json.id, 'nonsense', { title: 'x' })).status).toBe(400)
    expect((await patch('0192ffff-ffff-7fff-bfff-ffffffffffff', '"1.x"', { title: 'x' })).status).toBe(404)
  })

  it('moves to another slug, and the old one leads nowhere and is free', async () => {
    const { json, headers } = await create()
    await test.api(`/api/v1/content/${json.slug}`)
    const slug = `${json.slug}-moved`
    const moved = await patch(json.id, headers.get('etag')!, { slug })
    expect((await test.api(`/api/v1/content/${slug}`)).json.id).toBe(json.id)
    expect((await test.api(`/api/v1/content/${json.slug}`)).status).toBe(404)
    expect((await create({ slug: json.slug })).status).toBe(201)
    expect((await patch(json.id, moved.headers.get('etag')!, { slug: json.slug })).json.code).toBe(
      'slug_taken',
    )
  })

  it('needs a time to become scheduled', async () => {
    const { json, headers } = await create({ status: 'draft' })
    const etag = headers.get('etag')!
    expect((await patch(json.id, etag, { status: 'scheduled' })).json.errors[0].pointer).toBe('/publishAt')
    const publishAt = '2031-01-01T09:00:00+09:00'
    const scheduled = await patch(json.id, etag, { status: 'scheduled', publishAt })
    expect(scheduled.json).toMatchObject({ status: 'scheduled', publishAt: '2031-01-01T00:00:00.000Z' })
    const beyond = { publishAt: '9999-12-31T23:59:59-14:00' }
    expect((await patch(json.id, scheduled.headers.get('etag')!, beyond)).status).toBe(422)
  })

  it('states published, unpublished and deleted when the status says so', async () => {
    const { json, headers } = await create({ status: 'draft' })
    const path = `/api/v1/content/${json.id}`
    const published = await patch(json.id, headers.get('etag')!, { status: 'published' })
    expect((await test.api(path)).status).toBe(200)
    const hidden = await patch(json.id, published.headers.get('etag')!, { status: 'draft' })
    expect((await test.api(path)).status).toBe(404)
    const again = await patch(json.id, hidden.headers.get('etag')!, { status: 'published' })
    expect((await archive(json.id, '"1.x"')).status).toBe(412)
    expect((await archive(json.id, again.headers.get('etag')!)).status).toBe(204)
    expect((await archive(json.id, again.headers.get('etag')!)).status).toBe(204)
    expect((await test.api(path)).status).toBe(404)
    expect((await test.api(path, { as: 'editor' })).json).toMatchObject({ status: 'archived', version: 5 })
    expect((await events(json.id)).map(({ type, version }) => [type, version])).toEqual([
      ['content.created', 1],
      ['content.published', 2],
      ['content.unpublished', 3],
      ['content.published', 4],
      ['content.deleted', 5],
    ])
  })

  it('leaves nothing of an edit whose transaction fails', async () => {
    const { json } = await create()
    const failing = transaction(test.catalog.pool, async (tx) => {
      const before = await lockTitle(tx, json.id)
      await updateTitle(tx, before!, { ...nextVersion(before!, new Date()), title: 'Never' })
      throw new Error('failed behind the edit')
    })
    await expect(failing).rejects.toThrow('failed behind the edit')
    expect((await test.api(`/api/v1/content/${json.id}`)).json).toEqual(json)
    expect(await events(json.id)).toHaveLength(1)
  })
})

describe('the cache beside an edit', () => {
  it('does not take what was read before the edit and arrives after it', async () => {
    const { json, headers } = await create()
    const view = { languages: [], include: [], asEditor: false }
    const slow = { ...test.catalog, pool: test.catalog.pool }
    let edited = false
    const stale = await test.catalog.cache.contents.get(json.id, ':', async () => {
      const read = await readPublished({ ...slow, cache: unkept(test.catalog.cache) }, json.id, view)
      expect((await patch(json.id, headers.get('etag')!, { title: 'Edited meanwhile' })).status).toBe(200)
      edited = true
      return { etag: `en ${read!.etag}`, bytes: read!.bytes }
    })
    expect(edited).toBe(true)
    expect(JSON.parse(stale!.bytes.toString()).title).toBe(json.title)
    expect((await test.api(`/api/v1/content/${json.id}`)).json.title).toBe('Edited meanwhile')
  })
})

/** Reads the store and keeps nothing: the reading half of a fill. */
const unkept = (cache: typeof test.catalog.cache): typeof test.catalog.cache => ({
  ...cache,
  contents: { ...cache.contents, get: (_id, _field, load) => load() },
})
