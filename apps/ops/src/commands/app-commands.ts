import type { Config, SeedSize } from '../config.js'
import { readSecrets } from '../data-folder/secrets.js'
import { type AppName, appEnvironments, cliOf } from '../platform/app-specs.js'
import { seedArguments, seededApps } from '../platform/first-start.js'
import { runHere } from '../platform/run-tool.js'
import { exitCodes, OpsError } from '../problem.js'
import { requireRunning } from './running.js'

/** Runs the command of the app that owns the data, against the running platform; resolves to its exit code. */
export async function runAppCommand(config: Config, app: AppName, args: string[]): Promise<number> {
  const { engines } = await requireRunning(config)
  const secrets = await readSecrets(config.dataDir)
  if (!secrets)
    throw new OpsError(`${config.dataDir} has no secrets.json.`, { advice: 'npm start makes it.' })
  const urls = { ...engines, kafka: engines.kafka.join(',') }
  const env = appEnvironments({ config, secrets, urls })[app]
  return runHere({ script: cliOf(app), args, env })
}

/** Titles first, then their views; resolves to the first exit code that is not 0. */
export async function seedApps(config: Config, size: SeedSize): Promise<number> {
  for (const app of seededApps) {
    const code = await runAppCommand(config, app, seedArguments[app](size))
    if (code !== 0) return code
  }
  return exitCodes.ok
}
