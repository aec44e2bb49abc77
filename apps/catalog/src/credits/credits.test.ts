import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { query, sql } from '@marquee/postgres'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const write = (method: string, path: string, body: unknown, etag?: string) =>
  test.api(path, { method, as: 'editor', body, ...(etag && { headers: { 'if-match': etag } }) })
const title = async () => (await write('POST', '/api/v1/content', newTitle())).json
const person = async (more: object = {}) =>
  (await write('POST', '/api/v1/people', { name: 'Ko Ara', ...more })).json
const outbox = sql('test.outbox', 'SELECT type FROM outbox WHERE subject = $1 ORDER BY subject_version')
const told = async (id: string) =>
  (await query<{ type: string }>(test.catalog.pool, outbox, [id])).map(({ type }) => type)

describe('people', () => {
  it('are added, found by how their name begins, and read', async () => {
    const made = await write('POST', '/api/v1/people', {
      ...{ name: 'Zhao Min', originalName: '赵敏', birthDate: '1988-02-29', nationality: 'CN' },
    })
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/v1/people/${made.json.id}`])
    await person({ name: 'ZHAO Ying' })
    const first = await test.api('/api/v1/people?name=zhao&limit=1')
    const rest = await test.api(`/api/v1/people?name=zhao&limit=1&cursor=${first.json.next}`)
    expect([...first.json.items, ...rest.json.items].map(({ name }) => name)).toEqual([
      'Zhao Min',
      'ZHAO Ying',
    ])
    expect(rest.json.next).toBeNull()
    const read = await test.api(`/api/v1/people/${made.json.id}`)
    expect(read.json).toEqual(made.json)
    expect(read.json).toMatchObject({ birthDate: '1988-02-29', nationality: 'CN', version: 1 })
    for (const name of ['%', '_', "'; --"])
      expect((await test.api(`/api/v1/people?name=${encodeURIComponent(name)}`)).json.items).toEqual([])
  })

  it('are edited by version, once per version', async () => {
    const { id } = await person()
    const path = `/api/v1/people/${id}`
    const patches = Array.from({ length: 5 }, (_, n) =>
      write('PATCH', path, { biography: `Text ${n}` }, '"1"'),
    )
    const statuses = (await Promise.all(patches)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 412, 412, 412, 412])
    const unchanged = await write('PATCH', path, { name: 'Ko Ara' }, '"2"')
    expect([unchanged.status, unchanged.json.version]).toEqual([200, 2])
    expect((await write('PATCH', path, { name: 'x' })).status).toBe(428)
    expect((await write('PATCH', path, { name: null }, '"2"')).status).toBe(422)
  })

  it.each([
    ['no name', {}],
    ['a name of blanks', { name: '  ' }],
    ['a name of 201 letters', { name: 'a'.repeat(201) }],
    ['a NUL', { name: 'a\0b' }],
    ['half a surrogate pair', { name: '\ud800' }],
    ['a day that is none', { name: 'A', birthDate: '2001-02-30' }],
    ['a year that PostgreSQL does not know', { name: 'A', birthDate: '0000-01-01' }],
    ['a time for a day', { name: 'A', birthDate: '2001-02-03T00:00:00Z' }],
    ['a country in words', { name: 'A', nationality: 'Korea' }],
    ['an address that is no web address', { name: 'A', profileUrl: 'javascript:alert(1)' }],
    ['a field of ours', { name: 'A', version: 7 }],
  ])('with %s are 422', async (_, body) => {
    expect((await write('POST', '/api/v1/people', body)).status).toBe(422)
  })

  it('are for editors to write, and unknown ones 404', async () => {
    expect((await test.api('/api/v1/people', { method: 'POST', body: { name: 'A' } })).status).toBe(401)
    expect(
      (await test.api('/api/v1/people', { method: 'POST', as: 'mina', body: { name: 'A' } })).status,
    ).toBe(403)
    const nobody = `/api/v1/people/${world.genres.crime.id}`
    expect((await test.api(nobody)).json.code).toBe('person_not_found')
    expect((await write('PATCH', nobody, { name: 'x' }, '"1"')).status).toBe(404)
    expect((await write('DELETE', nobody, undefined, '"1"')).status).toBe(404)
    expect((await test.api('/api/v1/people/x')).status).toBe(400)
  })

  it('stay while a title credits them', async () => {
    const [{ id: contentId }, { id }] = [await title(), await person()]
    const credits = [{ kind: 'crew', personId: id, role: 'Writer' }]
    expect((await write('PUT', `/api/v1/content/${contentId}/credits`, { credits }, '"1"')).status).toBe(200)
    expect((await write('DELETE', `/api/v1/people/${id}`, undefined, '"1"')).json.code).toBe(
      'person_credited',
    )
    await write('PUT', `/api/v1/content/${contentId}/credits`, { credits: [] }, '"2"')
    expect((await write('DELETE', `/api/v1/people/${id}`, undefined, '"2"')).status).toBe(412)
    expect((await write('DELETE', `/api/v1/people/${id}`, undefined, '"1"')).status).toBe(204)
    expect((await test.api(`/api/v1/people/${id}`)).status).toBe(404)
  })
})

describe('credits of a title', () => {
  it('are the cast, leads first, then the crew, and come with the title that includes them', async () => {
    const [{ id }, lead, other, director] = [await title(), await person(), await person(), await person()]
    const path = `/api/v1/content/${id}`
    expect((await test.api(`${path}?include=credits`)).json.credits).toEqual([])
    const put = await write(
      'PUT',
      `${path}/credits`,
      {
        credits: [
          { kind: 'crew', personId: director.id, role: 'Director', department: 'Directing' },
          { kind: 'cast', personId: other.id, role: 'A Sailor' },
          { kind: 'cast', personId: lead.id, role: 'Yun Harin', isLead: true },
          { kind: 'cast', personId: lead.id, role: 'Her Mother' },
        ],
      },
      '"1"',
    )
    expect(put.status).toBe(200)
    expect(put.json.items.map(({ role }: { role: string }) => role)).toEqual([
      ...['Yun Harin', 'A Sailor', 'Her Mother', 'Director'],
    ])
    expect(put.json.items[3]).toMatchObject({
      ...{
        kind: 'crew',
        department: 'Directing',
        isLead: false,
        person: { id: director.id, name: 'Ko Ara' },
      },
    })
    const included = await test.api(`${path}?include=credits`)
    expect(included.json).toMatchObject({ version: 2, credits: put.json.items })
    const first = await test.api(`${path}/credits?limit=3`)
    const rest = await test.api(`${path}/credits?limit=3&cursor=${first.json.next}`)
    expect([...first.json.items, ...rest.json.items]).toEqual(put.json.items)
    expect(await told(id)).toEqual(['content.created', 'content.updated'])
  })

  it('make no version when they are the same, and show an edit of a person at once', async () => {
    const [{ id }, someone] = [await title(), await person()]
    const path = `/api/v1/content/${id}`
    const body = { credits: [{ kind: 'cast', personId: someone.id, role: null, isLead: true }] }
    await write('PUT', `${path}/credits`, body, '"1"')
    expect((await write('PUT', `${path}/credits`, body, '"2"')).status).toBe(200)
    expect((await write('PUT', `${path}/credits`, { credits: [] }, '"1"')).status).toBe(412)
    expect((await test.api(`${path}?include=credits`)).json.version).toBe(2)
    await write('PATCH', `/api/v1/people/${someone.id}`, { name: 'Ko A-ra' }, '"1"')
    expect((await test.api(`${path}?include=credits`)).json.credits[0].person.name).toBe('Ko A-ra')
  })

  it.each([
    [
      'of an unknown person',
      (id: string) => [{ kind: 'cast', personId: id.replace(/^.{4}/, 'ffff') }],
      '/credits/0/personId',
    ],
    [
      'that say a part twice',
      (id: string) => [0, 1].map(() => ({ kind: 'cast', personId: id, role: 'A' })),
      '/credits/1',
    ],
    ['of a crew that does nothing', (id: string) => [{ kind: 'crew', personId: id }], '/credits/0/role'],
    [
      'with a lead of the crew',
      (id: string) => [{ kind: 'crew', personId: id, role: 'A', isLead: true }],
      '/credits/0/isLead',
    ],
    ['of no kind', (id: string) => [{ kind: 'extra', personId: id }], '/credits/0/kind'],
    ['that are too many', (id: string) => Array(301).fill({ kind: 'cast', personId: id }), '/credits'],
  ])('%s are 422', async (_, credits, pointer) => {
    const [{ id }, someone] = [await title(), await person()]
    const answer = await write(
      'PUT',
      `/api/v1/content/${id}/credits`,
      { credits: credits(someone.id) },
      '"1"',
    )
    expect([answer.status, answer.json.errors[0].pointer]).toEqual([422, pointer])
  })

  it('of what is not published are hidden', async () => {
    const { id } = world.contents.mangoSeason
    expect((await test.api(`/api/v1/content/${id}/credits`)).status).toBe(404)
    expect((await test.api(`/api/v1/content/${id}/credits`, { as: 'editor' })).status).toBe(200)
  })
})
