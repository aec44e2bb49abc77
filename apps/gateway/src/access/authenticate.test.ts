import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readViewer, viewerHeader } from '@marquee/service-kit'
import { installClock, settle, testEngines } from '@marquee/test-kit'
import { exportSPKI } from 'jose'
import {
  ask,
  codeOf,
  type Gateway,
  internalKey,
  issuer,
  type Key,
  makeKey,
  type Stub,
  type Surroundings,
  surround,
  writeKeys,
} from '../gateway.fixture.js'

const path = '/api/v1/content/winter-tide'
const now = () => Math.floor(Date.now() / 1000)
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const setClock = installClock()

let key: Key
let rsa: Key
let around: Surroundings
let catalog: Stub
let gateway: Gateway

beforeAll(async () => {
  key = await makeKey('k1')
  rsa = await makeKey('k2', 'RS256')
  around = await surround({ keys: [key, rsa] })
  ;({ catalog, gateway } = around)
})
afterAll(() => around.close())

const withToken = (token: string) => ask(gateway, path, { headers: { authorization: `Bearer ${token}` } })
const callerSeen = () => readViewer(internalKey, catalog.seen.at(-1)?.headers[viewerHeader] as string)

describe('a caller', () => {
  it('without a token is anonymous, and the app learns the address', async () => {
    expect((await ask(gateway, path)).status).toBe(200)
    expect(callerSeen()).toEqual({ viewer: null, address: '127.0.0.1' })
  })

  it('with a token is told to the app in one signed header, and the token stays here', async () => {
    for (const signer of [key, rsa]) {
      const token = await signer.sign({ roles: ['editor'], scope: 'data other' })
      expect((await withToken(token)).status).toBe(200)
      expect(callerSeen()?.viewer).toEqual({ sub: 'mina', roles: ['editor'], scopes: ['data', 'other'] })
      expect(catalog.seen.at(-1)?.headers.authorization).toBeUndefined()
    }
  })

  it('is known again by a token seen before, until it expires', async () => {
    const token = await key.sign({ exp: now() - 4 })
    expect((await withToken(token)).status).toBe(200)
    await settle(async () => (await withToken(token)).status === 401)
  })

  it.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('is judged by the time of the shared cache where our own clock is an hour %s', async (_way, ms) => {
    const shared = await around.start({ CACHE_URL: testEngines().cache })
    const [good, expired] = [await key.sign({ exp: now() + 600 }), await key.sign({ exp: now() - 600 })]
    const statusOf = async (token: string) =>
      (await ask(shared, path, { headers: { authorization: `Bearer ${token}` } })).status
    // The cache has told the time once it is connected.
    await settle(async () => expect(await statusOf(await key.sign({ exp: now() + 60 }))).toBe(200))
    setClock(ms)
    try {
      await settle(async () => expect([await statusOf(good), await statusOf(expired)]).toEqual([200, 401]))
    } finally {
      setClock(0)
    }
  })

  it('cannot pass itself off by headers of ours', async () => {
    const spoofed = {
      [viewerHeader]: 'x.y',
      'x-marquee-anything': '1',
      'x-forwarded-for': '6.6.6.6',
      'x-user-id': 'admin',
    }
    expect(
      (await ask(gateway, path, { headers: { ...spoofed, connection: 'x-secret, close', 'x-secret': '1' } }))
        .status,
    ).toBe(200)
    const { headers } = catalog.seen.at(-1) as Stub['seen'][0]
    expect(callerSeen()).toEqual({ viewer: null, address: '127.0.0.1' })
    for (const name of ['x-marquee-anything', 'x-forwarded-for', 'x-user-id', 'x-secret'])
      expect(headers[name]).toBeUndefined()
  })
})

describe('a token is refused', () => {
  const claims = { iss: issuer, aud: 'marquee', sub: 'mina', exp: now() + 600 }
  const cases: [string, () => Promise<string> | string][] = [
    ['that is garbage', () => 'x.y.z'],
    ['that is no JWT', () => 'secret'],
    ['with alg none', () => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    ['with alg none and a signature', () => `${encode({ alg: 'none', kid: 'k1' })}.${encode(claims)}.AAAA`],
    [
      'signed by HS256 with the public key',
      async () => {
        const text = `${encode({ alg: 'HS256', kid: 'k2' })}.${encode(claims)}`
        return `${text}.${createHmac('sha256', await exportSPKI(rsa.publicKey))
          .update(text)
          .digest('base64url')}`
      },
    ],
    ['that has expired', () => key.sign({ exp: now() - 60 })],
    ['that is not valid yet', () => key.sign({ nbf: now() + 60 })],
    ['without an expiry', () => key.sign({ exp: undefined })],
    ['without a subject', () => key.sign({ sub: undefined })],
    ['for another audience', () => key.sign({ aud: 'other' })],
    ['of another issuer', () => key.sign({ iss: 'https://evil.example' })],
    ['of an unknown key', async () => (await makeKey('k9')).sign()],
    ['of another key under a known name', async () => (await makeKey('k1')).sign()],
    [
      'that brings its own key',
      async () => {
        const own = await makeKey('k1')
        return own.sign({}, { jwk: own.jwk, jku: `${catalog.origin}/jwks`, x5u: `${catalog.origin}/x5u` })
      },
    ],
    [
      'that names its key by place',
      async () => (await makeKey('k8')).sign({}, { jku: `${catalog.origin}/jwks` }),
    ],
    ['of 10 kB', () => key.sign({ padding: 'x'.repeat(10_000) })],
    ['with roles that are none', () => key.sign({ roles: 'admin' })],
    [
      'with a changed payload',
      async () => {
        const [head, , signature] = (await key.sign()).split('.')
        return `${head}.${encode({ ...claims, roles: ['admin'] })}.${signature}`
      },
    ],
  ]
  it.each(cases)('%s', async (_what, make) => {
    const before = catalog.seen.length
    const answer = await withToken(await make())
    expect([answer.status, codeOf(answer)]).toEqual([401, 'invalid_token'])
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(catalog.seen.length).toBe(before)
  })

  it('of another scheme', async () => {
    expect((await ask(gateway, path, { headers: { authorization: 'Basic eDp5' } })).status).toBe(401)
  })
})

describe('keys', () => {
  it('that are added to the file are found when a token first names them', async () => {
    const added = await makeKey('k3')
    writeFileSync(around.keysFile, JSON.stringify({ keys: [key.jwk, rsa.jwk, added.jwk] }))
    const token = await added.sign()
    await settle(async () => (await withToken(token)).status === 200)
  })

  it('of development are refused by a production configuration', async () => {
    const development = await makeKey('dev-1')
    const env = {
      NODE_ENV: 'production',
      JWKS_FILE: writeKeys(key, development),
      DEV_TOKENS_FILE: '/tmp/run.json',
    }
    await expect(around.start(env)).rejects.toThrow(/JWKS_FILE.*development key/)
    await expect(around.start(env)).rejects.toThrow(/DEV_TOKENS_FILE/)
  })

  it('that are secret are refused by any configuration', async () => {
    const secret = { jwk: { kty: 'oct', k: 'AAAA', kid: 's' } }
    const env = { JWKS_FILE: writeKeys(secret) }
    await expect(around.start(env)).rejects.toThrow(/secret key/)
  })
})
