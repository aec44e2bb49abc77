import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.js'
import { lockHolder } from '../data-folder/lock.js'
import { exitCodes, OpsError } from '../problem.js'

const waitMs = 60_000

/** Asks the supervisor of this data folder to stop everything, and waits until it has. */
export async function down(config: Config): Promise<number> {
  const holder = await lockHolder(config.dataDir)
  if (!holder) {
    console.log(`Nothing runs on ${config.dataDir}.`)
    return exitCodes.ok
  }
  process.kill(holder.pid, 'SIGTERM')
  const deadline = Date.now() + waitMs
  while ((await lockHolder(config.dataDir))?.pid === holder.pid) {
    if (Date.now() > deadline)
      throw new OpsError(`The supervisor (pid ${holder.pid}) still stops after ${waitMs / 1000} s.`, {
        advice: `Look at its log: npm run ops -- logs ops\nOr end it: kill -9 ${holder.pid}; the next npm start clears up after it.`,
      })
    await pause(100)
  }
  console.log('Stopped.')
  return exitCodes.ok
}
