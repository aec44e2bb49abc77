import { world } from '@marquee/contracts'
import { importJWK, SignJWT } from 'jose'
import type { Secrets } from './data-folder/secrets.js'

const principals = {
  viewer: { sub: world.viewers.mina.sub, roles: ['user'], scope: '' },
  viewer2: { sub: world.viewers.joon.sub, roles: ['user'], scope: '' },
  editor: { sub: world.viewers.editor.sub, roles: ['editor'], scope: '' },
  data: { sub: world.viewers.data.sub, roles: [], scope: 'data' },
  admin: { sub: world.viewers.admin.sub, roles: ['admin'], scope: '' },
}
export type Principal = keyof typeof principals
export const principalNames = Object.keys(principals) as Principal[]

export const tokenLifetimeSeconds = 12 * 60 * 60

/** A development token; `lifetime` in seconds, `sub` replaces the principal's own. */
export async function mintToken(
  { signingKey }: Secrets,
  principal: Principal,
  { sub, lifetime = tokenLifetimeSeconds }: { sub?: string | undefined; lifetime?: number } = {},
): Promise<string> {
  const { roles, scope, sub: own } = principals[principal]
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ roles, scope })
    .setProtectedHeader({ alg: 'RS256', kid: signingKey.kid, typ: 'JWT' })
    .setSubject(sub ?? own)
    .setIssuer('marquee-dev')
    .setAudience('marquee')
    .setIssuedAt(now)
    .setExpirationTime(now + lifetime)
    .sign(await importJWK(signingKey, 'RS256'))
}

export async function mintAll(secrets: Secrets): Promise<Record<Principal, string>> {
  const minted = principalNames.map(async (name) => [name, await mintToken(secrets, name)] as const)
  return Object.fromEntries(await Promise.all(minted)) as Record<Principal, string>
}
