import type { Config } from '../config.js'
import { readSecrets } from '../data-folder/secrets.js'
import { exitCodes, OpsError } from '../problem.js'
import { mintToken, type Principal, tokenLifetimeSeconds } from '../tokens.js'

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** `15m`, `12h`, `7d`, `90s` -> seconds. */
export function parseLifetime(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? []
  if (amount && unit) return Number(amount) * unitSeconds[unit as keyof typeof unitSeconds]
  throw new OpsError(`--ttl takes a number and s, m, h or d (15m, 12h), not "${text}".`, {
    exitCode: exitCodes.usage,
  })
}

interface TokenOptions {
  role: Principal
  sub?: string
  ttl?: string
  json?: boolean
}

/** Prints a token signed by this data folder's development key; a running gateway takes it. */
export async function token(config: Config, { role, sub, ttl, json }: TokenOptions): Promise<number> {
  const lifetime = ttl === undefined ? tokenLifetimeSeconds : parseLifetime(ttl)
  const secrets = await readSecrets(config.dataDir)
  if (!secrets)
    throw new OpsError(`${config.dataDir} has no signing key yet.`, {
      advice: 'The first start makes it: npm start',
    })
  const minted = await mintToken(secrets, role, { sub, lifetime })
  console.log(json ? JSON.stringify({ token: minted, role, expiresInSeconds: lifetime }) : minted)
  return exitCodes.ok
}
