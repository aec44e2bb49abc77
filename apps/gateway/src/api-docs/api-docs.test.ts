import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { problemCodes, z } from '@marquee/contracts'
import { type Endpoint, endpoint, json, openApiDocument } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { ask, codeOf, type Gateway, type Surroundings, surround } from '../gateway.fixture.js'
import { mergeDocuments, type OpenApiDocument } from './merge-documents.js'

const Title = z.object({ id: z.string() }).openapi('TestTitle', { example: { id: 'x' } })
const Secret = z
  .object({ hidden: z.object({ id: z.string() }).openapi('TestInner', { example: { id: 'x' } }) })
  .openapi('TestSecret', { example: { hidden: { id: 'x' } } })
const get = (path: `/${string}`, operationId: string, tag = 'titles', schema: z.ZodType = Title) =>
  endpoint({
    method: 'GET',
    path,
    operationId,
    summary: operationId,
    description: operationId,
    tag,
    access: 'public',
    ...(path.includes('{id}') && { params: z.object({ id: z.string().openapi({ example: 'x' }) }) }),
    responses: { 200: { description: 'It', schema } },
    handle: () => json(200, { id: 'x' }),
  })
const described = (...endpoints: Endpoint[]) =>
  openApiDocument(endpoints, { title: 'An app', version: '1.0.0' })

let around: Surroundings
let gateway: Gateway
const runFile = join(mkdtempSync(join(tmpdir(), 'gateway-test-')), 'run.json')

beforeAll(async () => {
  writeFileSync(runFile, JSON.stringify({ tokens: { admin: 'a.b.c' } }))
  around = await surround({
    env: { DEV_TOKENS_FILE: runFile },
    documents: {
      catalog: described(
        get('/api/v1/content/{id}', 'getContent'),
        get('/internal/content/{id}/audience', 'getAudience', 'secret', Secret),
      ),
      trending: described(get('/api/v1/content/trending/daily', 'getTrendingDaily')),
      reviews: described(get('/api/v1/content/{id}/reviews', 'listReviews', 'Reviews')),
      userHistory: described(get('/api/v1/progress', 'postProgress', 'Progress')),
    },
  })
  gateway = around.gateway
})
afterAll(() => around.close())

const fetchDocument = async () => JSON.parse((await ask(gateway, '/openapi.json')).body) as OpenApiDocument

describe('/openapi.json', () => {
  it('describes all apps, the gateway itself and document 000’s names', async () => {
    const { openapi, paths, tags } = await fetchDocument()
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/content/{id}',
        '/api/v1/content/trending/daily',
        '/api/v1/content/{id}/details',
        '/api/v1/content/{id}/reviews',
        '/api/drama/{id}',
        '/api/progress',
        '/problems/{code}',
        '/health/ready',
      ]),
    )
    expect(tags?.map(({ name }) => name)).toEqual(expect.arrayContaining(['titles', 'problems', 'health']))
    expect(tags?.find(({ name }) => name === 'Reviews')?.description).toMatch(/^What people thought/)
  })

  it('tells nothing of what apps ask each other', async () => {
    const document = await fetchDocument()
    expect(Object.keys(document.paths).filter((path) => path.includes('internal'))).toEqual([])
    expect(document.tags?.map(({ name }) => name)).not.toContain('secret')
    expect(Object.keys(document.components?.schemas ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^Test(Secret|Inner)$/)]),
    )
    expect(document.components?.schemas).toHaveProperty('TestTitle')
    expect(document.components?.securitySchemes).toHaveProperty('bearer')
  })

  it('names what the gateway itself can answer in every operation', async () => {
    const { paths } = await fetchDocument()
    for (const item of Object.values(paths)) {
      for (const operation of Object.values(item)) {
        expect(Object.keys(operation.responses as object)).toEqual(
          expect.arrayContaining(['400', '401', '429', '431', '500', '503']),
        )
      }
    }
  })

  it('has one id per operation and no reference into nothing', async () => {
    const document = await fetchDocument()
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, kind, name] of JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(document.components?.[kind as string]).toHaveProperty(name as string)
    }
  })

  it('is not sent again to those who have it', async () => {
    const { headers } = await ask(gateway, '/openapi.json')
    expect(
      (await ask(gateway, '/openapi.json', { headers: { 'if-none-match': headers.etag as string } })).status,
    ).toBe(304)
  })

  it('waits for apps that are not there yet, and outlives those that go', async () => {
    const late = around.reviews
    await late.close()
    const waiting = await around.start()
    const answer = await ask(waiting, '/openapi.json')
    expect([answer.status, codeOf(answer)]).toEqual([503, 'unavailable'])
    expect((await ask(waiting, '/health/ready')).status).toBe(503)
    expect((await ask(waiting, '/health/live')).status).toBe(200)
    await late.reopen()
    await settle(async () => (await ask(waiting, '/health/ready')).status === 200)
    await late.close()
    expect((await ask(waiting, '/openapi.json')).status).toBe(200)
    await late.reopen()
  })
})

describe('merging', () => {
  const part = (name: string, path: string, schema: object): { name: string; document: OpenApiDocument } => ({
    name,
    document: {
      openapi: '3.1.0',
      info: {},
      paths: { [path]: { get: { content: { schema: { $ref: '#/components/schemas/Thing' } } } } },
      components: { schemas: { Thing: schema as never } },
    },
  })

  it('keeps equal components once', () => {
    const merged = mergeDocuments(
      [part('a', '/a', { type: 'string' }), part('b', '/b', { type: 'string' })],
      {},
      [],
    )
    expect(merged.components).toEqual({ schemas: { Thing: { type: 'string' } } })
  })

  it('takes what is only said differently for the same', () => {
    const said = { type: 'object', properties: { description: { type: 'string', description: 'One' } } }
    const otherwise = {
      type: 'object',
      description: 'A thing',
      example: {},
      properties: { description: { type: 'string', description: 'Another' } },
    }
    const merged = mergeDocuments([part('a', '/a', said), part('b', '/b', otherwise)], {}, [])
    expect(merged.components).toEqual({ schemas: { Thing: said } })
    const unlike = { type: 'object', properties: { description: { type: 'number' } } }
    const apart = mergeDocuments([part('a', '/a', said), part('b', '/b', unlike)], {}, [])
    expect(apart.components).toEqual({ schemas: { Thing: said, Thing_b: unlike } })
  })

  it('keeps apart what names different components', () => {
    const reference = { $ref: '#/components/schemas/Thing' }
    const nested = (name: string, inner: object) => {
      const outer = part(name, `/${name}`, inner)
      outer.document.components = { schemas: { Outer: { of: reference }, Thing: inner } as never }
      return outer
    }
    const merged = mergeDocuments([nested('a', { type: 'string' }), nested('b', { type: 'number' })], {}, [])
    expect(merged.components?.schemas).toMatchObject({
      Outer: { of: { $ref: '#/components/schemas/Thing' } },
      Outer_b: { of: { $ref: '#/components/schemas/Thing_b' } },
    })
  })

  it('keeps different components of one name apart', () => {
    const merged = mergeDocuments(
      [part('a', '/a', { type: 'string' }), part('b', '/b', { type: 'number' })],
      {},
      [],
    )
    expect(merged.components).toEqual({ schemas: { Thing: { type: 'string' }, Thing_b: { type: 'number' } } })
    expect(JSON.stringify(merged.paths['/b'])).toContain('#/components/schemas/Thing_b')
    expect(JSON.stringify(merged.paths['/a'])).toContain('#/components/schemas/Thing"')
  })

  it('refuses one operation of two apps', () => {
    expect(() => mergeDocuments([part('a', '/a', {}), part('b', '/a', {})], {}, [])).toThrow(
      'GET /a is described twice',
    )
  })
})

describe('/api-docs', () => {
  it('is a page that loads from here alone', async () => {
    for (const path of ['/api-docs', '/api-docs/']) {
      const { status, headers, body } = await ask(gateway, path)
      expect(status).toBe(200)
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(body).not.toMatch(/https?:\/\//)
      for (const [, asset] of body.matchAll(/(?:src|href)="([^"]+)"/g)) {
        expect((await ask(gateway, asset as string)).status).toBe(200)
      }
    }
  })

  it('gets a development token on this machine', async () => {
    const { status, body, headers } = await ask(gateway, '/api-docs/token', {
      headers: { host: `localhost:${gateway.port}` },
    })
    expect([status, body]).toEqual([200, '{"token":"a.b.c"}'])
    expect(headers['cache-control']).toBe('no-store')
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a rebound name', { host: 'evil.example' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ])('gives none to %s', async (_who, headers: Record<string, string>) => {
    expect((await ask(gateway, '/api-docs/token', { headers })).status).toBe(404)
  })
})

describe('/problems', () => {
  it('explains every code, to programs and to people', async () => {
    for (const code of Object.keys(problemCodes)) {
      const forPrograms = await ask(gateway, `/problems/${code}`)
      expect(JSON.parse(forPrograms.body)).toMatchObject({ code, type: `/problems/${code}` })
      const forPeople = await ask(gateway, `/problems/${code}`, {
        headers: { accept: 'text/html,application/xhtml+xml' },
      })
      expect(forPeople.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(forPeople.body).toContain(code)
    }
    expect(JSON.parse((await ask(gateway, '/problems')).body).items).toHaveLength(
      Object.keys(problemCodes).length,
    )
  })

  it('knows no others', async () => {
    const answer = await ask(gateway, '/problems/nonsense')
    expect([answer.status, codeOf(answer)]).toEqual([404, 'problem_not_found'])
  })
})

it('/metrics are for this machine', async () => {
  expect((await ask(gateway, '/metrics')).status).toBe(200)
  expect((await ask(gateway, '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(403)
})
