import type { Config } from '../config.js'
import { lockHolder } from '../data-folder/lock.js'
import { type RunFile, readRunFile } from '../data-folder/run-file.js'
import { exitCodes, OpsError } from '../problem.js'

/** @throws OpsError when nothing runs on this data folder, or when it is not ready yet. */
export async function requireRunning(config: Config): Promise<RunFile> {
  const holder = await lockHolder(config.dataDir)
  const run = holder && (await readRunFile(config.dataDir))
  if (run) return run
  const starting = holder !== undefined
  throw new OpsError(
    starting ? 'Marquee is starting or stopping.' : `Marquee does not run on ${config.dataDir}.`,
    {
      advice: starting ? 'Try again when it is ready: npm run ops -- status' : 'Start it with: npm start',
      exitCode: exitCodes.notRunning,
    },
  )
}
