import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { failPoint } from '@marquee/faults'
import { PG_MIGRATE_LOCK_ID, type RunnerOption, runner } from 'node-pg-migrate'
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
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'migrate',
    connectionTimeoutMillis: 5000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    await waitForTurn(client, options)
    return await run(client, options)
  } finally {
    await client.end()
  }
}

/** The lock ends with the connection, and so with a migrator that is killed. */
async function waitForTurn(client: pg.Client, { dir, log, waitMs = 60_000 }: MigrateOptions): Promise<void> {
  const until = performance.now() + waitMs
  for (;;) {
    const { rows } = await client.query(`SELECT pg_try_advisory_lock(${PG_MIGRATE_LOCK_ID}) AS ours`)
    if (rows[0].ours) return
    if (performance.now() > until) throw new Error(`another migrator has been at work for ${waitMs} ms`)
    log.info({ dir }, 'another migrator is at work, waiting')
    await delay(200 + Math.random() * 200)
  }
}

/** One by one, so that there is a moment between two. */
async function run(client: pg.Client, { dir, direction, count, log }: MigrateOptions): Promise<string[]> {
  const most = count ?? (direction === 'up' ? Number.POSITIVE_INFINITY : 1)
  const names: string[] = []
  while (names.length < most) {
    const step = { dbClient: client, dir, direction, count: 1, noLock: true, logger: quiet(log) }
    const [done] = await runner({ ...runnerOptions, ...step })
    if (!done) break
    names.push(done.name)
    await failPoint('migrate.applied')
  }
  return names
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
