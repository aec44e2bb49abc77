import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits, z } from '@marquee/contracts'
import { createService, endpoint, json, type Service, silentLogger } from '@marquee/service-kit'
import { responseChecker } from '@marquee/test-kit'
import { ask, codeOf, type Gateway, internalKey, surround } from './gateway.fixture.js'

const Thing = z
  .object({ name: z.string(), by: z.string().nullable() })
  .openapi('Thing', { example: { name: 'x', by: null } })
const described = { summary: 'Test', description: 'Test', tag: 'content' }
const params = z.object({ id: z.string().openapi({ example: 'x' }) })

const read = endpoint({
  ...described,
  method: 'GET',
  path: '/api/v1/content/{id}',
  operationId: 'read',
  access: 'public',
  params,
  responses: { 200: { description: 'It', schema: Thing, headers: { ETag: 'Its version' } } },
  handle: ({ params: { id }, viewer }) => json(200, { name: id, by: viewer?.sub ?? null }, { etag: '"1.x"' }),
})
const write = endpoint({
  ...described,
  method: 'POST',
  path: '/api/v1/content',
  operationId: 'write',
  access: 'editor',
  body: z.object({ name: z.string() }).openapi('NewThing', { example: { name: 'x' } }),
  responses: { 201: { description: 'Made', schema: Thing } },
  handle: ({ body, viewer }) => json(201, { ...body, by: viewer.sub }),
})

let app: Service
let gateway: Gateway
let editor: string
let viewer: string
let check: ReturnType<typeof responseChecker>

beforeAll(async () => {
  app = createService({
    name: 'catalog',
    log: silentLogger,
    host: '127.0.0.1',
    port: 0,
    internalKey,
    limits: defaultLimits,
    endpoints: [read, write],
    readiness: {},
  })
  const origin = `http://127.0.0.1:${(await app.listen()).port}`
  const around = await surround({ env: { CATALOG_ORIGINS: origin } })
  gateway = around.gateway
  editor = await around.key.sign({ sub: 'edith', roles: ['editor'] })
  viewer = await around.key.sign()
  check = responseChecker(JSON.parse((await ask(gateway, '/openapi.json')).body) as object)
  stopAll = async () => {
    await around.close()
    await app.stop()
  }
})
let stopAll: () => Promise<void>
afterAll(() => stopAll())

interface Asked {
  method?: string
  path: string
  token?: string
  body?: string
  headers?: Record<string, string>
}

/** Asks, and holds the answer against the document that the gateway publishes. */
async function checked({ method = 'GET', path, token, body, headers = {} }: Asked) {
  const all: Record<string, string> = { ...headers }
  if (token) all.authorization = `Bearer ${token}`
  if (body !== undefined) all['content-type'] ??= 'application/json'
  const answer = await ask(gateway, path, { method, headers: all, ...(body !== undefined && { body }) })
  const type = answer.headers['content-type']
  if (answer.status !== 405 && method !== 'OPTIONS') {
    check(method, path, {
      status: answer.status,
      contentType: type,
      json: answer.body ? JSON.parse(answer.body) : undefined,
    })
  }
  return answer
}

describe('an app behind the gateway', () => {
  it('knows who calls', async () => {
    expect(JSON.parse((await checked({ path: '/api/v1/content/a' })).body)).toEqual({ name: 'a', by: null })
    expect(JSON.parse((await checked({ path: '/api/v1/content/a', token: viewer })).body)).toEqual({
      name: 'a',
      by: 'mina',
    })
    const made = await checked({
      method: 'POST',
      path: '/api/v1/content',
      token: editor,
      body: '{"name":"b"}',
    })
    expect([made.status, JSON.parse(made.body)]).toEqual([201, { name: 'b', by: 'edith' }])
  })

  it.each([
    [
      'without a token',
      { method: 'POST', path: '/api/v1/content', body: '{"name":"b"}' },
      401,
      'unauthenticated',
    ],
    ['of an unknown parameter', { path: '/api/v1/content/a?x=1' }, 400, 'invalid_request'],
    ['of a wrong verb', { method: 'PUT', path: '/api/v1/content/a', body: '{}' }, 405, 'method_not_allowed'],
    ['of no verb of ours', { method: 'TRACE', path: '/api/v1/content/a' }, 405, 'method_not_allowed'],
    ['below a path that ends', { path: '/api/v1/content/a/b/c' }, 404, 'route_not_found'],
  ])('refuses what comes %s, and the refusal arrives', async (_what, asked: Asked, status, code) => {
    const answer = await checked(asked)
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    if (status === 405) expect(answer.headers.allow).toContain('GET')
  })

  it.each([
    ['too little', () => ({ token: viewer, body: '{"name":"b"}' }), 403, 'forbidden'],
    ['an unknown field', () => ({ token: editor, body: '{"name":"b","x":1}' }), 422, 'invalid_body'],
    ['no JSON', () => ({ token: editor, body: '{' }), 400, 'malformed_json'],
    [
      'another type',
      () => ({ token: editor, body: 'x', headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    ],
    [
      'a compressed body',
      () => ({ token: editor, body: '{}', headers: { 'content-encoding': 'gzip' } }),
      415,
      'unsupported_media_type',
    ],
    [
      'more than 1 MB',
      () => ({ token: editor, body: `{"name":"${'x'.repeat(1_048_577)}"}` }),
      413,
      'body_too_large',
    ],
  ])('refuses a write with %s', async (_what, asked: () => Partial<Asked>, status, code) => {
    const answer = await checked({ method: 'POST', path: '/api/v1/content', ...asked() })
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
  })

  it('answers 304, HEAD, OPTIONS and document 000’s names as well', async () => {
    expect((await checked({ path: '/api/v1/content/a', headers: { 'if-none-match': '"1.x"' } })).status).toBe(
      304,
    )
    const head = await checked({ method: 'HEAD', path: '/api/v1/content/a' })
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '22'])
    const options = await checked({ method: 'OPTIONS', path: '/api/v1/content/a' })
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect(JSON.parse((await checked({ path: '/api/drama/a' })).body)).toEqual({ name: 'a', by: null })
  })
})

it('what the gateway answers itself is as it describes it', async () => {
  for (const path of [
    '/problems',
    '/problems/internal',
    '/problems/nonsense',
    '/health/live',
    '/health/ready',
  ]) {
    await checked({ path })
  }
  await checked({ path: '/api/v1/content/a', token: 'x.y.z' })
  await checked({ path: '/api/v1/content/..%2fa' })
})
