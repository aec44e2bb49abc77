import { type Context, type Engine, folderOf } from '../context.js'
import { type Recorded, thatCanOpen } from '../data/engine-records.js'
import { EngineError } from '../errors.js'
import { type Chosen, chooseEngine } from '../install/choose.js'
import { createCatalogDatabase } from './catalog-database.js'
import { serverUrl } from './connect.js'
import { citusCandidates } from './installations.js'
import { postgresCandidates } from './programs.js'
import { dataMajor, postgresSpec } from './server.js'
import { aServer, once, serverOf, singleServer, waysToPostgres } from './single.js'
import type { PostgresPrograms } from './version.js'

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
  const made = await madeBy(context)
  const kind = chooseKind(context, mode, made, citus)
  const candidates = kind === 'citus' ? citus : await postgresCandidates(context.machine)
  const chosen = await chooseEngine({
    engine: kind === 'citus' ? 'PostgreSQL with Citus' : 'PostgreSQL',
    candidates: thatCanOpen(
      { folder: folderOf(context, coordinator), made, versionParts: 1, engine: recordedAs(kind), variable },
      candidates,
    ),
    absent:
      candidates.length === 0
        ? ['no PostgreSQL installation here has Citus (citus.control and citus.so)']
        : [],
    ways:
      kind === 'citus'
        ? [aServer(variable), 'install Citus into a PostgreSQL 15 to 18, or set MARQUEE_CATALOG=plain']
        : waysToPostgres(variable),
  })
  return kind === 'citus' ? cluster(context, chosen) : single(context, chosen)
}

const recordedAs = (kind: CatalogKind) => (kind === 'citus' ? 'citus' : 'postgresql')

function chooseKind(
  context: Context,
  mode: CatalogMode,
  made: Recorded | null,
  citus: unknown[],
): CatalogKind {
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

async function single(context: Context, chosen: Chosen<PostgresPrograms>): Promise<Catalog> {
  return { kind: 'plain', workers: [], ...(await singleServer(context, coordinator, database, chosen)) }
}

async function cluster(context: Context, chosen: Chosen<PostgresPrograms>): Promise<Catalog> {
  const describeNode = (name: typeof coordinator | (typeof workerNames)[number]) =>
    serverOf(context, name, chosen, 'citus', ['citus/postgresql.conf'])
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
