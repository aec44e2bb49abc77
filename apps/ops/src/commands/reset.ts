import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Config } from '../config.js'
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
    if (!yes && !(await confirm(dataDir))) return exitCodes.failed
    await rm(dataDir, { recursive: true, force: true })
  } finally {
    await lock.release()
  }
  console.log(`Removed ${dataDir}. The next npm start begins anew.`)
  return exitCodes.ok
}

async function confirm(dataDir: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OpsError('reset asks before it removes data, and there is nobody to ask.', {
      advice: 'Say so on the command line: npm run ops -- reset --yes',
      exitCode: exitCodes.usage,
    })
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`Remove all data below ${dataDir}? (yes/no) `)
  terminal.close()
  if (answer.trim().toLowerCase() === 'yes') return true
  console.log('Nothing was removed.')
  return false
}
