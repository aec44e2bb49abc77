import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { endpoint } from './endpoint.js'
import { internalKey, startKit } from './kit.fixture.js'
import { json } from './reply.js'
import { signViewer, viewerHeader } from './viewer.js'

const base = {
  method: 'GET' as const,
  operationId: 'x',
  summary: 's',
  description: 'd',
  tag: 't',
  access: 'public' as const,
  responses: { 200: { description: 'ok' } },
  handle: () => json(200, {}),
}

describe('an endpoint', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  beforeAll(async () => {
    kit = await startKit()
  })
  afterAll(() => kit.service.stop())
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(kit.origin + path, { headers })
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as ReturnType<typeof JSON.parse>,
    }
  }

  it('gets typed values: path, query, header', async () => {
    const { body } = await get('/things/a%20b%2Fc?limit=3&tag=x&tag=%C3%A9+1', { 'idempotency-key': 'k' })
    expect(body).toMatchObject({
      params: { id: 'a b/c' },
      query: { limit: 3, tag: ['x', 'é 1'] },
      headers: { 'idempotency-key': 'k' },
    })
  })

  const refused: [path: string, pointer: string, code?: string][] = [
    ['/things/1?limit=3&limit=4', '?limit', 'repeated'],
    ['/things/1?Limit=3', '?Limit', 'unrecognized_keys'],
    ['/things/1?__proto__=3', '?__proto__'],
    ['/things/count?x', '?x', 'unrecognized_keys'],
    ['/things/1?limit=1000', '?limit', 'too_big'],
    ['/things/1?limit=x', '?limit'],
    ['/things/1?limit=%zz', '?limit', 'invalid_encoding'],
    ['/things/1?tag=%ff', '?tag', 'invalid_encoding'],
    ['/things/1?tag=%ed%a0%80', '?tag', 'invalid_encoding'],
    ['/things/1?tag=a%00b', '?tag', 'invalid_string'],
    ['/things/a%00b', '{id}', 'invalid_string'],
    ['/things/%zz', '{id}', 'invalid_encoding'],
    [`/things/${'x'.repeat(60)}`, '{id}', 'too_big'],
  ]
  it.each(refused)('refuses %s', async (path, pointer, code: string | undefined = undefined) => {
    const { status, body } = await get(path)
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(body.errors[0].pointer).toBe(pointer)
    if (code) expect(body.errors[0].code).toBe(code)
  })

  it('refuses 2,000 parameters with a short problem', async () => {
    const { status, body } = await get(`/things/1?${'a=1&'.repeat(2000)}`)
    expect(status).toBe(400)
    expect(body.errors.length).toBeLessThanOrEqual(20)
  })

  it('refuses a header that breaks its schema', async () => {
    const { status, body } = await get('/things/1', { 'idempotency-key': 'x'.repeat(21) })
    expect(status).toBe(400)
    expect(body.errors[0].pointer).toBe('header:idempotency-key')
  })

  it('with a literal path wins over one with a parameter', async () => {
    expect((await get('/things/count')).body).toEqual({ count: 1 })
  })

  it.each(['/', '/thing', '/things/', '/things/1/x', '/Things/1', '//things/1'])(
    'is not found at %s',
    async (path) => {
      const { status, body } = await get(path)
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'route_not_found' })
    },
  )

  it.each(['/broken', '/thrown'])(
    'that fails (%s) answers 500 without its cause and logs it',
    async (path) => {
      const { status, body } = await get(path)
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal' })
      expect(JSON.stringify(body)).not.toContain('secret inside')
      const line = kit.lines.find((l) => l.requestId === body.requestId)
      expect(line).toMatchObject({ level: 50, status: 500, err: { message: 'secret inside' } })
    },
  )

  it('that meets an outage answers 503 with Retry-After', async () => {
    const { status, body, headers } = await get('/outage')
    expect({ status, code: body.code, wait: headers.get('retry-after') }).toEqual({
      status: 503,
      code: 'unavailable',
      wait: '1',
    })
  })

  it('answers the problem that it throws, with its headers', async () => {
    const { status, body, headers } = await get('/refused')
    expect({ status, detail: body.detail, wait: headers.get('retry-after') }).toEqual({
      status: 429,
      detail: 'Slower.',
      wait: '7',
    })
  })

  const who = {
    nobody: null,
    user: { sub: 'u', roles: ['user'], scopes: [] },
    editor: { sub: 'e', roles: ['editor'], scopes: [] },
    analyst: { sub: 'd', roles: [], scopes: ['data'] },
    admin: { sub: 'a', roles: ['admin'], scopes: [] },
  }
  const access: [keyof typeof who, string, number][] = [
    ['nobody', 'viewer', 401],
    ['nobody', 'admin', 401],
    ['user', 'viewer', 200],
    ['user', 'editor', 403],
    ['user', 'data', 403],
    ['editor', 'editor', 200],
    ['editor', 'data', 403],
    ['editor', 'admin', 403],
    ['analyst', 'data', 200],
    ['analyst', 'editor', 403],
    ['admin', 'editor', 200],
    ['admin', 'data', 200],
    ['admin', 'admin', 200],
  ]
  it.each(access)('lets %s call what is for %s: %d', async (name, level, status) => {
    const header = signViewer(internalKey, { viewer: who[name], address: '198.51.100.7' })
    const answer = await get(`/for/${level}`, { [viewerHeader]: header })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('takes the address from the signed header and from nothing else', async () => {
    const signed = signViewer(internalKey, { viewer: who.user, address: '198.51.100.7' })
    const forged = signViewer('b'.repeat(64), { viewer: who.admin, address: '198.51.100.8' })
    expect((await get('/things/1', { [viewerHeader]: signed })).body).toMatchObject({
      address: '198.51.100.7',
      viewer: { sub: 'u' },
    })
    for (const header of [forged, `${signed}x`, signed.split('.')[0] as string, '.', 'x.y'])
      expect(
        (await get('/things/1', { [viewerHeader]: header, 'x-forwarded-for': '1.1.1.1' })).body,
      ).toMatchObject({ address: '127.0.0.1', viewer: null })
  })

  it('cannot be declared with a contradiction', () => {
    expect(() => endpoint({ ...base, path: '/a/{id}' })).toThrow('path names')
    expect(() => endpoint({ ...base, path: '/a', body: z.object({}) })).toThrow('GET')
  })

  it('cannot be declared twice', async () => {
    const twice = [endpoint({ ...base, path: '/a' }), endpoint({ ...base, path: '/a' })]
    await expect(startKit({ endpoints: twice })).rejects.toThrow('declared twice')
  })
})
