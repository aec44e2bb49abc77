import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Config, root } from '../config.js'
import { lockHolder } from '../data-folder/lock.js'
import { readRunFile } from '../data-folder/run-file.js'
import { exitCodes, OpsError } from '../problem.js'
import { alreadyRuns } from './already-runs.js'

/** Starts `up` in a session of its own and returns when it is ready; what it says goes to logs/up.log. */
export async function upDetached(config: Config): Promise<number> {
  const holder = await lockHolder(config.dataDir)
  if (holder) throw alreadyRuns(config, holder)
  const logFile = join(config.dataDir, 'logs', 'up.log')
  await mkdir(join(config.dataDir, 'logs'), { recursive: true })
  const out = openSync(logFile, 'w', 0o600)
  const args = [join(root, 'apps/ops/bin/bootstrap.mjs'), 'ops', 'up']
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...config.appEnvironment, MARQUEE_INSTANCES: String(config.instances) },
    detached: true,
    stdio: ['ignore', out, out],
  })
  const ended = new Promise<number>((resolve) =>
    child.once('exit', (code) => resolve(code ?? exitCodes.failed)),
  )
  console.log(`Starting; to watch: npm run ops -- logs up -f`)
  for (;;) {
    const code = await Promise.race([ended, pause(200)])
    if (typeof code === 'number')
      throw new OpsError((await readFile(logFile, 'utf8')).trim().split('\n').slice(-12).join('\n'), {
        exitCode: code,
      })
    const run = await readRunFile(config.dataDir)
    if (!run || run.supervisor !== child.pid) continue
    child.unref()
    console.log(`Marquee is up (pid ${child.pid}): ${run.api}, ${run.apiDocs}`)
    return exitCodes.ok
  }
}
