import type { SeedSize } from '@marquee/seed'
import type { Config } from '../config.js'
import { readSecrets } from '../data-folder/secrets.js'
import { type AppName, appEnvironments, cliOf } from '../platform/app-specs.js'
import {
  type MigratedApp,
  migratedApps,
  schemaSteps,
  seedArguments,
  seededApps,
} from '../platform/app-steps.js'
import { runHere, type Tool } from '../platform/run-tool.js'
import { exitCodes, OpsError } from '../problem.js'
import { requireRunning } from './running.js'

/** The command of the app that owns the data, with the environment of the running platform. */
export async function appTool(config: Config, app: AppName, args: readonly string[]): Promise<Tool> {
  const { engines, owners, instances } = await requireRunning(config)
  const secrets = await readSecrets(config.dataDir)
  if (!secrets)
    throw new OpsError(`${config.dataDir} has no secrets.json.`, { advice: 'npm start makes it.' })
  const urls = { ...engines, ...owners, kafka: engines.kafka.join(',') }
  return {
    script: cliOf(app),
    args: [...args],
    env: appEnvironments({ config, secrets, urls, origins: instances })[app],
  }
}

/** Runs it in our terminal; resolves to its exit code. */
export const runAppCommand = async (config: Config, app: AppName, args: readonly string[]): Promise<number> =>
  runHere(await appTool(config, app, args))

/** Titles first, then what asks for them; resolves to the first exit code that is not 0. */
export const seedApps = (config: Config, size: SeedSize): Promise<number> =>
  untilOneFails(seededApps, (app) => runAppCommand(config, app, seedArguments(app, size)))

/**
 * `[]` and `['up']`: everything of every app that follows from its migrations. `[app, ...]`: that app's alone, as its own
 * command takes them; up is followed by the rest of its steps.
 */
export async function migrateApps(config: Config, [first = 'up', ...rest]: string[]): Promise<number> {
  const app = migratedApps.find((name) => name === first)
  if (app) return migrateApp(config, app, rest)
  if (first === 'up' && rest.length === 0)
    return untilOneFails(migratedApps, (each) => migrateApp(config, each, []))
  throw new OpsError(`There is no app with a schema that is called ${first}.`, {
    advice: `All: npm run ops -- migrate\nOne: npm run ops -- migrate ${migratedApps.join('|')} [up|down] [--count n]`,
    exitCode: exitCodes.usage,
  })
}

function migrateApp(config: Config, app: MigratedApp, args: string[]): Promise<number> {
  const [, ...afterwards] = schemaSteps[app].map((step) => step.args)
  const migrate = ['migrate', ...(args.length > 0 ? args : ['up'])]
  const steps = args.includes('down') ? [migrate] : [migrate, ...afterwards]
  return untilOneFails(steps, (step) => runAppCommand(config, app, step))
}

async function untilOneFails<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<number>,
): Promise<number> {
  for (const item of items) {
    const code = await run(item)
    if (code !== exitCodes.ok) return code
  }
  return exitCodes.ok
}
