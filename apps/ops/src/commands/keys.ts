import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { ensureSecrets, publishKeys } from '../data-folder/secrets.js'
import { writeAtomically } from '../data-folder/write-atomically.js'
import { exitCodes } from '../problem.js'

/** Makes the data folder's keys for apps that something else supervises (docker compose): keys.env and jwks.json. */
export async function keys(config: Config): Promise<number> {
  await mkdir(config.dataDir, { recursive: true })
  const secrets = await ensureSecrets(config.dataDir)
  const lines = [`MARQUEE_INTERNAL_KEY=${secrets.internalKey}`, `MARQUEE_CURSOR_KEY=${secrets.cursorKey}`]
  await writeAtomically(join(config.dataDir, 'keys.env'), `${lines.join('\n')}\n`, 0o600)
  console.log(`The keys are in ${config.dataDir}: keys.env, ${await publishKeys(config.dataDir, secrets)}`)
  return exitCodes.ok
}
