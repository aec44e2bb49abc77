import path from 'node:path'
import { readMachine } from './config.js'
import type { Context, Engine } from './context.js'
import { engineRecords } from './data/engine-records.js'
import { enginePassword } from './data/secret.js'
import type { EngineName, EnginePorts } from './engine-names.js'
import { checkExplicit } from './explicit.js'
import { kafkaEngine } from './kafka/kafka.js'
import { mongoEngine } from './mongo/mongo.js'
import { type CatalogKind, type CatalogMode, catalogEngine } from './postgres/catalog.js'
import { choosePrivileges } from './postgres/privileges.js'
import { analyticsServer, replicaServer, singleEngine } from './postgres/single.js'
import { cacheServer, countersServer, redisEngine } from './redis/redis.js'
import type { ProcessSpec, Report } from './supervise/process-spec.js'

export interface EngineOptions {
  /** Everything the engines keep; below it one folder per process, `engines.json`, `logs/`. */
  dataDir: string
  ports: EnginePorts
  want: readonly EngineName[]
  /** `auto`: Citus where a PostgreSQL installation has it, else plain. `citus` fails where it is not installed. */
  catalogMode: CatalogMode
  report: Report
  /** Engines that run elsewhere already: no process is made for them. Kafka: brokers separated by commas. */
  urls?: Partial<Record<EngineName, string>>
  /** How long those may take to answer; 15 s unless told. */
  patienceMs?: number
  /** A port of this machine through which every client reaches the broker; `urls.kafka` goes past it. */
  kafkaLink?: number | undefined
  /** Trades durability for speed (no fsync). For tests that do not kill engines. */
  volatile?: boolean
}

export interface Engines {
  specs: ProcessSpec[]
  /** Kafka: brokers separated by commas. Empty for those not in `want`. */
  urls: Record<EngineName, string>
  /** How the catalogue was started; with an explicit URL it is asked of the server. */
  catalogKind: CatalogKind
  /** Of the Citus workers, the same database; empty on plain PostgreSQL and with an explicit URL. */
  catalogWorkers: string[]
}

/**
 * Chooses, gets (downloading if needed) and configures the engines; starts nothing.
 * Throws EngineError, whose message is for people: missing tool, broken download, data of another version.
 */
export async function engineSpecs(options: EngineOptions): Promise<Engines> {
  const context = await contextOf(options)
  const result: Engines = {
    specs: [],
    urls: { catalog: '', analytics: '', replica: '', reviews: '', cache: '', counters: '', kafka: '' },
    catalogKind: 'plain',
    catalogWorkers: [],
  }
  const makers: Record<EngineName, () => Promise<Engine>> = {
    async catalog() {
      const catalog = await catalogEngine(context, options.catalogMode)
      result.catalogKind = catalog.kind
      result.catalogWorkers = catalog.workers
      return catalog
    },
    analytics: () => singleEngine(context, analyticsServer),
    replica: () => singleEngine(context, replicaServer),
    reviews: () => mongoEngine(context),
    cache: () => redisEngine(context, cacheServer),
    counters: () => redisEngine(context, countersServer),
    kafka: () => kafkaEngine(context),
  }
  // One after the other: two downloads at once would share the line, and their messages.
  for (const name of new Set(options.want)) {
    const given = options.urls?.[name]
    if (given) {
      result.urls[name] = given
      const kind = await checkExplicit(name, given, options.patienceMs ?? 15_000)
      if (kind) result.catalogKind = kind
      continue
    }
    const engine = await makers[name]()
    result.urls[name] = engine.url
    result.specs.push(...engine.specs)
  }
  return result
}

async function contextOf(options: EngineOptions): Promise<Context> {
  const dataDir = path.resolve(options.dataDir)
  return {
    dataDir,
    ports: options.ports,
    password: enginePassword(dataDir),
    records: engineRecords(dataDir),
    machine: readMachine(),
    privileges: await choosePrivileges(),
    report: options.report,
    volatile: options.volatile ?? false,
    kafkaLink: options.kafkaLink,
  }
}
