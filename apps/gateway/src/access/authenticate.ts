import { hash } from 'node:crypto'
import { Viewer } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { SigningKeys } from './signing-keys.js'

/** Asymmetric only: with a symmetric one, the published key would sign tokens. */
const algorithms = ['ES256', 'RS256', 'EdDSA']
const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i
const clockToleranceSeconds = 5
/** A key that is taken back stops working within this. */
const keysCheckedEveryMs = 60_000

interface Verified {
  viewer: Viewer
  expiresAt: number
}

export interface Authenticator {
  /** Who sent this Authorization header, as far as is known without checking a signature: undefined is "not known". */
  recall(authorization: string): Viewer | undefined
  /** @throws ApiError invalid_token */
  verify(authorization: string): Promise<Viewer>
}

export function invalidToken(why: string): ApiError {
  return new ApiError('invalid_token', why, {
    headers: {
      'www-authenticate': `Bearer realm="marquee", error="invalid_token", error_description="${why}"`,
    },
  })
}

function viewerOf({ sub, roles = [], scope = '' }: JWTPayload): Viewer {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope
  const parsed = Viewer.safeParse({ sub, roles, scopes })
  if (!parsed.success) throw invalidToken('The token has no usable sub, roles or scope.')
  return parsed.data
}

/** What a caller may know about why: the claim, never how a key was chosen. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} of the token is not acceptable.`
  return 'The token is malformed or not signed by a key of ours.'
}

/**
 * Verifies bearer tokens against our keys. Header fields that name a key by place (`jku`, `x5u`, `jwk`) are never followed.
 * @param cacheSize tokens remembered (by hash) until they expire, the longest unused one leaving first: a signature
 *   check costs more than forwarding the request.
 * @param now ms since 1970, by the clock that decides whether a token is expired
 */
export function createAuthenticator(
  keys: SigningKeys,
  {
    issuer,
    audience,
    tokenBytes,
    cacheSize = 10_000,
    now = Date.now,
  }: { issuer: string; audience: string; tokenBytes: number; cacheSize?: number; now?: () => number },
): Authenticator {
  const seen = new Map<string, Verified>()
  let keysCheckedAt = performance.now()

  const refreshKeys = (): boolean => {
    keysCheckedAt = performance.now()
    const changed = keys.refresh()
    if (changed) seen.clear()
    return changed
  }

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    const rules = {
      algorithms,
      issuer,
      audience,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'sub'],
    }
    try {
      return (await jwtVerify(token, keys.find, rules)).payload
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !refreshKeys()) throw error
      return (await jwtVerify(token, keys.find, rules)).payload
    }
  }

  return {
    recall(authorization) {
      if (performance.now() - keysCheckedAt > keysCheckedEveryMs) refreshKeys()
      const id = idOf(authorization)
      const hit = seen.get(id)
      if (!hit) return undefined
      seen.delete(id)
      if (hit.expiresAt <= now()) return undefined
      seen.set(id, hit)
      return hit.viewer
    },
    async verify(authorization) {
      if (authorization.length > tokenBytes) throw invalidToken(`A token has ${tokenBytes} bytes at most.`)
      const token = bearer.exec(authorization)?.[1]
      if (token === undefined) throw invalidToken('Authorization must be Bearer and a JWT.')
      const payload = await payloadOf(token).catch((error: unknown) => {
        throw invalidToken(reasonOf(error))
      })
      const viewer = viewerOf(payload)
      if (seen.size >= cacheSize) seen.delete(seen.keys().next().value as string)
      seen.set(idOf(authorization), {
        viewer,
        expiresAt: ((payload.exp ?? 0) + clockToleranceSeconds) * 1000,
      })
      return viewer
    },
  }
}

/** A hash, so that no usable token lies around in memory for half a day. */
const idOf = (authorization: string): string => hash('sha256', authorization, 'base64')
