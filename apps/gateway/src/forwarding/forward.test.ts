import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  ask,
  askRaw,
  codeOf,
  type Gateway,
  type Stub,
  type Surroundings,
  sendJson,
  surround,
} from '../gateway.fixture.js'

const path = '/api/v1/content/winter-tide'
const limits = { MARQUEE_LIMIT_UPSTREAM_TIMEOUT_MS: '400', MARQUEE_LIMIT_BODY_TIMEOUT_MS: '400' }

let around: Surroundings
let catalog: Stub
let gateway: Gateway

beforeEach(async () => {
  around = await surround({ env: limits })
  ;({ catalog, gateway } = around)
})
afterEach(() => around.close())
const seenByAll = () =>
  [catalog, around.trending, around.reviews, around.userHistory].flatMap(({ seen }) => seen)
const post = (body: string, headers: Record<string, string> = {}) =>
  ask(gateway, path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

describe('a request', () => {
  it('goes to the app of its path, and the answer comes back as it is', async () => {
    catalog.answer = (_req, res) =>
      sendJson(
        res,
        200,
        { title: '冬の潮' },
        {
          etag: '"3.abc"',
          'content-language': 'ja',
          vary: 'Accept-Language',
          'x-powered-by': 'x',
          'x-marquee-debug': '1',
        },
      )
    const answer = await ask(gateway, `${path}?lang=ja&include=episodes`, {
      headers: { 'if-none-match': '"1.x"', cookie: 'a=b' },
    })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({ title: '冬の潮' })
    expect(answer.headers).toMatchObject({
      etag: '"3.abc"',
      'content-language': 'ja',
      vary: 'Origin, Accept-Language',
      'content-type': 'application/json',
    })
    expect(answer.headers['x-powered-by']).toBeUndefined()
    expect(answer.headers['x-marquee-debug']).toBeUndefined()
    expect(catalog.seen[0]).toMatchObject({
      url: `${path}?lang=ja&include=episodes`,
      headers: { 'if-none-match': '"1.x"' },
    })
    expect(catalog.seen[0]?.headers.cookie).toBeUndefined()
    expect((await ask(gateway, '/api/v1/content/trending/daily')).body).toBe('{"from":"trending"}')
  })

  it('keeps its id on the way, or gets one', async () => {
    const given = await ask(gateway, path, { headers: { 'x-request-id': 'mine-1' } })
    expect(given.headers['x-request-id']).toBe('mine-1')
    expect(catalog.seen[0]?.headers['x-request-id']).toBe('mine-1')
    const made = await ask(gateway, path)
    expect(made.headers['x-request-id']).toBe(catalog.seen[1]?.headers['x-request-id'])
  })

  it('with a body is passed on whole, by length and in chunks', async () => {
    catalog.answer = (req, res) => req.on('end', () => sendJson(res, 201, {}, { vary: 'Accept-Language' }))
    const text = JSON.stringify({ title: 'x'.repeat(300_000) })
    const answer = await post(text, { 'idempotency-key': 'k', 'content-length': String(text.length) })
    expect(answer.status).toBe(201)
    expect(answer.headers.vary).toBe('Origin, Accept-Language')
    expect((await post(text, { 'transfer-encoding': 'chunked' })).status).toBe(201)
    expect(catalog.seen.map(({ body }) => body === text)).toEqual([true, true])
    expect(catalog.seen[0]?.headers['idempotency-key']).toBe('k')
  })

  it('by document 000’s name reaches the same handler', async () => {
    await ask(gateway, '/api/drama/winter-tide?lang=ko')
    await ask(gateway, '/api/episode/x')
    expect(catalog.seen.map(({ url }) => url)).toEqual([
      '/api/v1/content/winter-tide?lang=ko',
      '/api/v1/episodes/x',
    ])
    const body = '{"position":5}'
    await ask(gateway, '/api/progress', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(around.userHistory.seen).toMatchObject([{ method: 'POST', url: '/api/v1/progress', body }])
  })

  it.each(['/api/v1/nothing', '/api/v1', '/nothing', '/api/v1/contents', '/api/progress/batch'])(
    'to the unknown path %s is 404',
    async (unknown) => {
      const answer = await ask(gateway, unknown)
      expect([answer.status, codeOf(answer)]).toEqual([404, 'route_not_found'])
    },
  )

  it.each([
    '/internal/content/01920000-0000-7000-8000-000000000001/views',
    '/internal/content/01920000-0000-7000-8000-000000000001/viewing',
    '/internal',
    '/%69nternal/content/x/views',
    '//internal/content/x/views',
    '/api/internal/content/x/views',
    '/api/v1/internal/content/x/views',
  ])('to what apps ask each other (%s) reaches no app', async (hidden) => {
    const headers = { authorization: `Bearer ${await around.key.sign({ roles: ['admin'] })}` }
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await ask(gateway, hidden, { method, headers })
      expect([answer.status, codeOf(answer)]).toEqual([404, 'route_not_found'])
    }
    expect(seenByAll()).toEqual([])
  })

  it('whose path could be read in two ways reaches no app', async () => {
    for (const odd of [
      '/api/v1/content/..%2f..%2fgenres',
      '/api/v1/content/%252e%252e/x',
      '/api/v1/content/../genres',
      '/api/v1//content',
    ]) {
      const answer = await ask(gateway, odd)
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
    }
    expect(seenByAll()).toEqual([])
  })

  it('in absolute form is routed by its path alone', async () => {
    const answer = await askRaw(
      gateway,
      `GET http://evil.example${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 200/)
    expect(catalog.seen[0]?.url).toBe(path)
    expect(catalog.seen[0]?.headers.host).toBe(catalog.origin.slice('http://'.length))
  })

  it('HEAD and OPTIONS reach the app too', async () => {
    catalog.answer = (req, res) => {
      if (req.method === 'OPTIONS') res.writeHead(204, { allow: 'GET, HEAD, OPTIONS' }).end()
      else res.writeHead(200, { 'content-length': '17' }).end()
    }
    expect(await ask(gateway, path, { method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '17' },
    })
    expect(await ask(gateway, path, { method: 'OPTIONS' })).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    })
  })
})

describe('a request of two meanings is refused', () => {
  it.each([
    ['two Content-Length', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd'],
    [
      'Content-Length and Transfer-Encoding',
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unfinished Transfer-Encoding', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ])('%s', async (_what, rest) => {
    const answer = await askRaw(gateway, `POST ${path} HTTP/1.1\r\nHost: x\r\n${rest}`)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(answer).toContain('application/problem+json')
    expect(catalog.seen).toEqual([])
  })

  it('a DELETE with a chunked body, which would become the next request of the connection', async () => {
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
    const answer = await askRaw(
      gateway,
      `DELETE ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(catalog.seen).toEqual([])
  })
})
