import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCatalogDatabase, dropCatalogDatabase, dropMongoDatabase } from '@marquee/engines'
import { armedFile, firedFile } from '@marquee/faults'
import type { Run } from '../../../platform.js'
import { mongoSchema, postgresSchema } from './schemas.js'
import { rowsOf } from './stores.js'

export interface Schema {
  app: 'catalog' | 'user-history' | 'reviews'
  /** Names its databases, made new. */
  env: Record<string, string>
  /** All that migrations make, one line each. */
  describe(): Promise<string[]>
  drop(): Promise<void>
}

const freshName = () => `fault_${randomUUID().replaceAll('-', '')}`
const ofDatabase = (url: string, name: string) => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** The other nodes of a Citus cluster, which know each other by their ports. */
async function workersOf(coordinator: string): Promise<string[]> {
  const [citus] = await rowsOf(coordinator, `SELECT FROM pg_extension WHERE extname = 'citus'`)
  if (!citus) return []
  const nodes = await rowsOf<{ port: number }>(
    coordinator,
    'SELECT nodeport AS port FROM pg_dist_node WHERE groupid > 0 ORDER BY groupid',
  )
  return nodes.map(({ port }) => {
    const url = new URL(coordinator)
    url.port = String(port)
    return url.href
  })
}

async function freshPostgres(url: string, workers: string[] = []) {
  const [servers, name] = [{ coordinator: url, workers }, freshName()]
  return { url: await createCatalogDatabase(servers, name), drop: () => dropCatalogDatabase(servers, name) }
}

/** Empty databases for each app that has a schema, on the engines of the platform. */
export const freshSchemas: Record<Schema['app'], (run: Run) => Promise<Schema>> = {
  async catalog({ engines }) {
    const { url, drop } = await freshPostgres(engines.catalog, await workersOf(engines.catalog))
    return { app: 'catalog', env: { DATABASE_URL: url }, describe: () => postgresSchema(url), drop }
  },
  async 'user-history'({ engines, owners }) {
    const [primary, replica] = [await freshPostgres(engines.analytics), await freshPostgres(owners.replica)]
    return {
      app: 'user-history',
      env: { DATABASE_URL: primary.url, REPLICA_URL: replica.url },
      describe: async () => [...(await postgresSchema(primary.url)), ...(await postgresSchema(replica.url))],
      drop: async () => void (await Promise.all([primary.drop(), replica.drop()])),
    }
  },
  async reviews({ engines }) {
    const url = ofDatabase(engines.reviews, freshName())
    return {
      app: 'reviews',
      env: { DATABASE_URL: url },
      describe: () => mongoSchema(url),
      drop: () => dropMongoDatabase(url),
    }
  },
}

export interface Migrated {
  /** Null: it was killed. */
  exitCode: number | null
  /** Names that it says it has migrated. */
  names: string[]
  output: string
}

const root = join(import.meta.dirname, '../../../../../..')

/** Runs `migrate up` of an app. `killAt`: after so many milliseconds, or at the fail point behind the first migration. */
export async function migrateUp(
  { app, env }: Schema,
  killAt?: number | 'migrate.applied',
): Promise<Migrated> {
  const points = mkdtempSync(join(tmpdir(), 'marquee-points-'))
  if (killAt === 'migrate.applied')
    writeFileSync(armedFile(points, killAt), JSON.stringify({ action: 'kill' }))
  const child = spawn(process.execPath, [join(root, 'apps', app, 'dist/cli.js'), 'migrate', 'up'], {
    env: { ...process.env, ...env, MARQUEE_FAULT_POINTS: points, NODE_ENV: 'development', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const timer = typeof killAt === 'number' ? setTimeout(() => child.kill('SIGKILL'), killAt) : undefined
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  if (killAt === 'migrate.applied' && exitCode === null && !existsSync(firedFile(points, killAt)))
    throw new Error(`${app} was killed by something else`)
  rmSync(points, { recursive: true })
  const output = Buffer.concat(chunks).toString()
  const names = Array.from(output.matchAll(/migrated up: (.*)/g), ([, list]) => list!.split(', ')).flat()
  return { exitCode, names, output }
}
