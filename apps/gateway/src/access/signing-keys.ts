import { readFileSync } from 'node:fs'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** Key ids of development keys; a production configuration refuses them. */
export const isDevelopmentKey = (kid: unknown): boolean => typeof kid === 'string' && kid.startsWith('dev-')

/** @throws Error when the file is missing or is no set of public signature keys. */
export function readKeySet(file: string): JSONWebKeySet {
  const set = JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet
  if (!Array.isArray(set.keys) || set.keys.length === 0) throw new Error(`${file} holds no keys`)
  for (const key of set.keys) {
    if (key.kty === 'oct' || 'd' in key)
      throw new Error(`${file} holds a secret key: only public halves belong there`)
  }
  return set
}

export interface SigningKeys {
  find: JWTVerifyGetKey
  /** Reads the file again, at most once a second; true if the keys are others than before. */
  refresh(): boolean
}

/**
 * The keys that tokens may be signed with. A file that cannot be read later leaves the last good keys in force.
 * @param allowDevelopmentKeys false in production: such keys are then as good as absent.
 */
export function openSigningKeys(
  file: string,
  { allowDevelopmentKeys }: { allowDevelopmentKeys: boolean },
): SigningKeys {
  const load = (): JSONWebKeySet => {
    const { keys } = readKeySet(file)
    return { keys: keys.filter((key) => allowDevelopmentKeys || !isDevelopmentKey(key.kid)) }
  }
  let text = ''
  let lookUp!: JWTVerifyGetKey
  let readAt = Number.NEGATIVE_INFINITY
  const adopt = (set: JSONWebKeySet): boolean => {
    const now = JSON.stringify(set)
    if (now === text) return false
    text = now
    lookUp = createLocalJWKSet(set)
    return true
  }
  adopt(load())

  return {
    find: (header, token) => lookUp(header, token),
    refresh() {
      // Unknown key ids are free to invent: they must not turn into a file read each.
      if (performance.now() - readAt < 1000) return false
      readAt = performance.now()
      try {
        return adopt(load())
      } catch {
        return false
      }
    },
  }
}
