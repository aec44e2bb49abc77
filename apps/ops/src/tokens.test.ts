import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { ensureSecrets, publishKeys, readSecrets, type Secrets } from './data-folder/secrets.js'
import { mintAll, mintToken } from './tokens.js'

let dir: string
let secrets: Secrets
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'marquee-secrets-'))
  secrets = await ensureSecrets(dir)
})
afterAll(() => rm(dir, { recursive: true }))

const verify = async (token: string) => {
  const jwks = JSON.parse(await readFile(await publishKeys(dir, secrets), 'utf8'))
  return jwtVerify(token, createLocalJWKSet(jwks), { issuer: 'marquee-dev', audience: 'marquee' })
}

describe('development tokens', () => {
  it('verify by the published key, last 12 hours, and carry the roles', async () => {
    const { viewer, editor, data, admin } = await mintAll(secrets)
    const claims = async (token: string) => (await verify(token)).payload
    const { iat, exp, sub } = await claims(viewer)
    expect(exp! - iat!).toBe(12 * 3600)
    expect(sub).toMatch(/^[0-9a-f-]{36}$/)
    expect(await claims(viewer)).toMatchObject({ roles: ['user'] })
    expect(await claims(editor)).toMatchObject({ roles: ['editor'] })
    expect(await claims(admin)).toMatchObject({ roles: ['admin'] })
    expect(await claims(data)).toMatchObject({ roles: [], scope: 'data' })
  })

  it('are of two different viewers', async () => {
    const { viewer, viewer2 } = await mintAll(secrets)
    const [one, two] = [(await verify(viewer)).payload.sub, (await verify(viewer2)).payload.sub]
    expect(one).not.toBe(two)
  })

  it('take a subject and a lifetime', async () => {
    const token = await mintToken(secrets, 'viewer', { sub: 'somebody', lifetime: 60 })
    const { payload } = await verify(token)
    expect(payload.sub).toBe('somebody')
    expect(payload.exp! - payload.iat!).toBe(60)
  })

  it('are signed by a key that its name gives away, so that production can refuse it', async () => {
    expect(decodeProtectedHeader(await mintToken(secrets, 'viewer')).kid).toMatch(/^dev-/)
  })
})

describe('secrets', () => {
  it('are readable by their owner alone and stay the same', async () => {
    expect((await stat(join(dir, 'secrets.json'))).mode & 0o777).toBe(0o600)
    expect(await ensureSecrets(dir)).toEqual(secrets)
    expect(await readSecrets(dir)).toEqual(secrets)
  })

  it('publish no private half', async () => {
    const jwks = await readFile(await publishKeys(dir, secrets), 'utf8')
    expect(Object.keys(JSON.parse(jwks).keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })
})
