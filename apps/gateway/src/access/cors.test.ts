import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, type Gateway, type Stub, type Surroundings, surround } from '../gateway.fixture.js'

const path = '/api/v1/content/winter-tide'
let around: Surroundings
let catalog: Stub
let gateway: Gateway

beforeAll(async () => {
  around = await surround({ env: { CORS_ORIGINS: 'https://app.example, http://localhost:5173' } })
  ;({ catalog, gateway } = around)
})
afterAll(() => around.close())

const preflight = (origin: string) =>
  ask(gateway, path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,if-match',
    },
  })

describe('a page of an allowed origin', () => {
  it('may ask beforehand', async () => {
    const { status, headers } = await preflight('https://app.example')
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe('https://app.example')
    expect(headers['access-control-allow-methods']).toContain('PATCH')
    expect(headers['access-control-allow-headers']).toMatch(/Authorization.*If-Match/)
    expect(headers['access-control-allow-credentials']).toBeUndefined()
    expect(catalog.seen).toEqual([])
  })

  it('may read answers, refusals too, with the headers that matter', async () => {
    for (const [asked, expected] of [
      [path, 200],
      ['/api/v1/nothing', 404],
      ['/problems', 200],
    ] as const) {
      const { status, headers } = await ask(gateway, asked, { headers: { origin: 'http://localhost:5173' } })
      expect(status).toBe(expected)
      expect(headers['access-control-allow-origin']).toBe('http://localhost:5173')
      expect(headers['access-control-expose-headers']).toContain('ETag')
      expect(headers.vary).toContain('Origin')
    }
  })
})

describe('a page of another origin', () => {
  it.each(['https://evil.example', 'null', 'https://app.example.evil.example', 'http://app.example'])(
    '(%s) may not',
    async (origin) => {
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined()
      const { headers } = await ask(gateway, path, { headers: { origin } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers.vary).toContain('Origin')
    },
  )
})

it('a plain OPTIONS is no preflight: the app tells its methods', async () => {
  catalog.answer = (_req, res) => res.writeHead(204, { allow: 'GET, OPTIONS' }).end()
  const { headers } = await ask(gateway, path, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example' },
  })
  expect(headers.allow).toBe('GET, OPTIONS')
})
