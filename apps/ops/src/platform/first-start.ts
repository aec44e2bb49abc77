import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.js'
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

/** Brings the schema up to date at every start, and seeds once per data folder: the mark is set only after a whole seed. */
export async function migrateAndSeed({ config, environments, terminal, signal }: FirstStart): Promise<void> {
  const step = (title: string, args: string[]) =>
    runAsStep(
      { script: cliOf('catalog'), args, env: environments.catalog },
      { title, signal, onLine: (line) => line.trim() && terminal.working('catalog', line.trim()) },
    )

  terminal.working('catalog', 'migrating')
  await step('Migrating the catalogue', ['migrate', 'up'])
  if (signal.aborted || config.seedSize === 'none' || (await isSeeded(config.dataDir))) return

  terminal.working('catalog', `seeding (size ${config.seedSize})`)
  await step('Seeding the catalogue', ['seed', '--size', config.seedSize])
  if (!signal.aborted) await markSeeded(config.dataDir, config.seedSize)
}

const markOf = (dataDir: string) => join(dataDir, 'seeded.json')

const isSeeded = (dataDir: string) =>
  readFile(markOf(dataDir)).then(
    () => true,
    () => false,
  )

const markSeeded = (dataDir: string, size: string) =>
  writeAtomically(markOf(dataDir), `${JSON.stringify({ size, at: new Date().toISOString() })}\n`, 0o644)
