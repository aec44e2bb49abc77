import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type RunnerOption, runner } from 'node-pg-migrate'
import pg from 'pg'
import type { Log } from './pool.js'

export interface MigrateOptions {
  url: string
  /** Folder of the numbered migrations (.ts where the loader knows it, else .js); each exports up and down. */
  dir: string
  direction: 'up' | 'down'
  /** How many; default: up all, down one. */
  count?: number
  log: Log
  /** How long to wait for another migrator. */
  waitMs?: number
}

/**
 * Runs migrations, each in a transaction with its own record, so one that was killed did not happen and the next run does it.
 * Waits while another migrator works.
 * @returns names of the migrations that ran
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const until = performance.now() + (options.waitMs ?? 60_000)
  for (;;) {
    try {
      return await migrateOnce(options)
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      options.log.info({ dir: options.dir }, 'another migrator is at work, waiting')
      await delay(200 + Math.random() * 200)
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Another migration is already running')

async function migrateOnce({ url, dir, direction, count, log }: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'migrate',
    connectionTimeoutMillis: 5000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const done = await runner({
      ...runnerOptions,
      dbClient: client,
      dir,
      direction,
      logger: quiet(log),
      ...(count && { count }),
    })
    return done.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

// The runtime's own import instead of a second loader, so that a migration sees the same packages as everyone else.
const load = async (paths: string[]) =>
  await Promise.all(
    paths.map(async (path) => ({
      id: path,
      filePaths: [path],
      actions: await import(pathToFileURL(path).href),
    })),
  )

const runnerOptions = {
  migrationsTable: 'migrations',
  ignorePattern: '(.*\\.(d\\.ts|map|test\\.ts|test\\.js)|\\..*)',
  migrationLoaderStrategies: [{ extensions: ['.js', '.mjs', '.ts'], loader: load }],
} satisfies Partial<RunnerOption>

/** Its own lines are SQL dumps: errors come to us as exceptions anyway. */
const quiet = (log: Log) => ({
  debug: () => {},
  info: (message: string) => log.debug({}, message),
  warn: (message: string) => log.debug({}, message),
  error: (message: string) => log.debug({}, message),
})
