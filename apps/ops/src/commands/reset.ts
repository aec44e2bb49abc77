import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { confirm } from '../confirm.js'
import { takeLock } from '../data-folder/lock.js'
import { exitCodes, OpsError } from '../problem.js'

/** Files that only we put into a data folder: proof that it is one before it is removed. */
const marks = ['secrets.json', 'engines.json', 'seeded.json', 'logs']

/** Removes the data folder, nothing else. Asks first unless `yes`; refuses while something runs on it. */
export async function reset(config: Config, { yes }: { yes?: boolean }): Promise<number> {
  const { dataDir } = config
  if (!existsSync(dataDir)) {
    console.log(`There is nothing at ${dataDir}.`)
    return exitCodes.ok
  }
  if (!marks.some((name) => existsSync(join(dataDir, name))))
    throw new OpsError(`${dataDir} does not look like a data folder of Marquee; nothing was removed.`)
  const lock = await takeLock(dataDir)
  if (!('release' in lock))
    throw new OpsError(`Marquee runs on ${dataDir} (pid ${lock.heldBy.pid}).`, {
      advice: 'Stop it first: npm run ops -- down',
      exitCode: exitCodes.running,
    })
  try {
    const command = { command: 'reset', yes: 'npm run ops -- reset --yes' }
    if (!yes && !(await confirm(`Remove all data below ${dataDir}?`, command))) {
      console.log('Nothing was removed.')
      return exitCodes.failed
    }
    await rm(dataDir, { recursive: true, force: true })
  } finally {
    await lock.release()
  }
  console.log(`Removed ${dataDir}. The next npm start begins anew.`)
  return exitCodes.ok
}
