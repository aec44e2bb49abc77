import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from '@marquee/contracts'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { OpsError } from '../problem.js'
import { writeAtomically } from './write-atomically.js'

const Secrets = z.object({
  internalKey: z.string().regex(/^[0-9a-f]{64}$/),
  cursorKey: z.string().regex(/^[0-9a-f]{64}$/),
  signingKey: z
    .object({
      kid: z.string().startsWith('dev-'),
      kty: z.literal('RSA'),
      n: z.string(),
      e: z.string(),
      d: z.string(),
    })
    .loose(),
})
export type Secrets = z.infer<typeof Secrets>

const key = () => randomBytes(32).toString('hex')

/** The data folder's own secrets, made at its first start. Cursors and tokens stay good over a restart. */
export async function ensureSecrets(dataDir: string): Promise<Secrets> {
  const found = await readSecrets(dataDir)
  if (found) return found
  const secrets: Secrets = { internalKey: key(), cursorKey: key(), signingKey: await makeSigningKey() }
  await writeAtomically(join(dataDir, 'secrets.json'), `${JSON.stringify(secrets, null, 2)}\n`, 0o600)
  return secrets
}

/** @throws OpsError when the file is there and cannot be used. */
export async function readSecrets(dataDir: string): Promise<Secrets | undefined> {
  const file = join(dataDir, 'secrets.json')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new OpsError(`${file} cannot be read (${error.code}).`)
  })
  if (text === undefined) return undefined
  try {
    return Secrets.parse(JSON.parse(text))
  } catch (cause) {
    throw new OpsError(`${file} is damaged.`, {
      cause,
      advice: 'Delete it; the next start makes new keys and tokens.',
    })
  }
}

/** Writes the public half for the gateway; resolves to the file's path. */
export async function publishKeys(dataDir: string, { signingKey }: Secrets): Promise<string> {
  const { kty, kid, n, e } = signingKey
  const file = join(dataDir, 'jwks.json')
  const keys = [{ kty, kid, n, e, alg: 'RS256', use: 'sig' }]
  await writeAtomically(file, `${JSON.stringify({ keys }, null, 2)}\n`, 0o644)
  return file
}

// The gateway refuses every `dev-` key in production, by its name alone.
async function makeSigningKey(): Promise<Secrets['signingKey']> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk: JWK = await exportJWK(privateKey)
  return { ...jwk, kid: `dev-${randomUUID()}` } as Secrets['signingKey']
}
