import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataDir } from './platform.js'

interface Signing {
  kid: string
  key: KeyObject
}
let signing: Signing | undefined

/** The development key of the platform under test: a stand-in for whoever issues tokens. */
function signingKey(): Signing {
  if (signing) return signing
  const jwk = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).signingKey
  signing = { kid: jwk.kid, key: createPrivateKey({ key: jwk, format: 'jwk' }) }
  return signing
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token of a person, good for an hour; with a life below zero it has expired. */
export function tokenOf(sub: string, roles: string[] = ['user'], lifeSeconds = 3600): string {
  const { kid, key } = signingKey()
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub, roles, scope: '', iss: 'marquee-dev', aud: 'marquee', iat, exp: iat + lifeSeconds }
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

export interface Person {
  id: string
  token: string
}

/** Somebody whom the platform has never seen. */
export function newPerson(): Person {
  const id = randomUUID()
  return { id, token: tokenOf(id) }
}
