import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config, SeedSize } from '../config.js'
import { writeAtomically } from '../data-folder/write-atomically.js'
import type { Terminal } from '../terminal.js'
import { type AppName, cliOf } from './app-specs.js'
import { runAsStep } from './run-tool.js'

interface FirstStart {
  config: Config
  environments: Record<AppName, Record<string, string>>
  terminal: Terminal
  signal: AbortSignal
}

/** Which apps have commands of their own for these; the gateway owns no data. */
const migratedApps: AppName[] = ['catalog']
export const seededApps = ['catalog', 'trending'] as const

const titlesOf: Record<SeedSize, number> = { xs: 100, s: 2_000, m: 20_000, l: 200_000 }
const [viewsPerTitle, viewDays] = [10, 30]

/** The command that seeds an app's data in this size: titles, and views in proportion. */
export const seedArguments: Record<'catalog' | 'trending', (size: SeedSize) => string[]> = {
  catalog: (size) => ['seed', '--size', size],
  trending: (size) => ['seed', '--views', String(viewsPerTitle * titlesOf[size]), '--days', String(viewDays)],
}

/** Before an app's first start: its schema is brought up to date at every start, its data are seeded once per data folder. */
export async function prepareApp(
  app: AppName,
  { config, environments, terminal, signal }: FirstStart,
): Promise<void> {
  const step = (title: string, args: string[]) => {
    terminal.working(app, title)
    const onLine = (line: string) => line.trim() && terminal.working(app, line.trim())
    return runAsStep(
      { script: cliOf(app), args, env: environments[app] },
      { title: `${app}: ${title}`, signal, onLine },
    )
  }
  if (migratedApps.includes(app)) await step('migrating', ['migrate', 'up'])
  const seeded = seededApps.find((name) => name === app)
  if (!seeded || config.seedSize === 'none' || signal.aborted) return
  const done = await seedsDone(config.dataDir)
  if (app in done) return
  await step(`seeding (size ${config.seedSize})`, seedArguments[seeded](config.seedSize))
  // Marked only after a whole seed: seeds are repeatable, so an interrupted one is simply run again.
  if (!signal.aborted) await markDone(config.dataDir, { ...done, [app]: config.seedSize })
}

const fileOf = (dataDir: string) => join(dataDir, 'seeded.json')

async function seedsDone(dataDir: string): Promise<Record<string, string>> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => '{}')
  return JSON.parse(text)
}

const markDone = (dataDir: string, done: Record<string, string>) =>
  writeAtomically(fileOf(dataDir), `${JSON.stringify(done)}\n`, 0o644)
