import { join } from 'node:path'
import type { Engines, ProcessSpec } from '@marquee/engines'
import { type Config, root } from '../config.js'
import { rolePassword, urlAs } from '../data-folder/role-passwords.js'
import type { Secrets } from '../data-folder/secrets.js'
import type { Instance, Instances } from './instances.js'

export const appNames = ['catalog', 'trending', 'user-history', 'reviews', 'gateway'] as const
export type AppName = (typeof appNames)[number]

/** Offsets of the first instances from the gateway's port; the engines begin at +100. */
export const portOffsets = {
  gateway: 0,
  catalog: 1,
  'user-history': 2,
  reviews: 3,
  trending: 4,
  engines: 100,
} as const

/** The engines that keep an app's data, by the names of their processes. */
export const storesOf: Record<AppName, readonly string[]> = {
  catalog: ['postgres-catalog', 'postgres-catalog-worker-1', 'postgres-catalog-worker-2'],
  trending: ['redis-counters'],
  'user-history': ['postgres-analytics', 'postgres-replica'],
  reviews: ['mongodb'],
  gateway: [],
}

const needsBeside: Record<AppName, readonly string[]> = {
  catalog: ['redis-cache', 'kafka'],
  trending: ['kafka', 'catalog'],
  'user-history': ['kafka', 'catalog'],
  reviews: ['kafka', 'catalog'],
  gateway: ['redis-cache', 'catalog', 'trending', 'user-history', 'reviews'],
}

export const logFileOf = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`)
export const cliOf = (app: AppName) => join(root, 'apps', app, 'dist', 'cli.js')

interface Surroundings {
  config: Config
  secrets: Secrets
  urls: Engines['urls']
  /** Where the instances of each app are reached. */
  origins: Record<AppName, readonly string[]>
}

/** The environment of each app's first instance and of its cli: what the machine's has, and ours over it. */
export function appEnvironments({
  config,
  secrets,
  urls,
  origins,
}: Surroundings): Record<AppName, Record<string, string>> {
  const all = (app: AppName) => origins[app].join(',')
  const common = (app: AppName) => ({
    ...config.appEnvironment,
    // A machine's own NODE_ENV=production would make the gateway refuse our development key.
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(config.port + portOffsets[app]),
    INSTANCE: app,
    MARQUEE_INTERNAL_KEY: secrets.internalKey,
    MARQUEE_CURSOR_KEY: secrets.cursorKey,
  })
  const aboutTitles = { KAFKA_BROKERS: urls.kafka, CATALOG_ORIGINS: all('catalog') }
  return {
    catalog: {
      ...common('catalog'),
      DATABASE_URL: urls.catalog,
      CACHE_URL: urls.cache,
      KAFKA_BROKERS: urls.kafka,
      ANALYTICS_URL: urlAs(urls.analytics, 'federation', secrets),
      REPLICA_URL: urlAs(urls.replica, 'federation', secrets),
    },
    trending: { ...common('trending'), COUNTERS_URL: urls.counters, ...aboutTitles },
    'user-history': {
      ...common('user-history'),
      DATABASE_URL: urls.analytics,
      REPLICA_URL: urls.replica,
      ...aboutTitles,
      ANALYST_PASSWORD: rolePassword(secrets, 'analyst'),
      FEDERATION_PASSWORD: rolePassword(secrets, 'federation'),
      REPLICATION_PASSWORD: rolePassword(secrets, 'replication'),
    },
    reviews: { ...common('reviews'), DATABASE_URL: urls.reviews, ...aboutTitles },
    gateway: {
      PUBLIC_ORIGIN: `http://127.0.0.1:${config.port}`,
      ...common('gateway'),
      CACHE_URL: urls.cache,
      CATALOG_ORIGINS: all('catalog'),
      TRENDING_ORIGINS: all('trending'),
      USER_HISTORY_ORIGINS: all('user-history'),
      REVIEWS_ORIGINS: all('reviews'),
      JWKS_FILE: join(config.dataDir, 'jwks.json'),
      DEV_TOKENS_FILE: join(config.dataDir, 'run.json'),
    },
  }
}

/** What another instance of the app has of its own. */
const environmentOf = (common: Record<string, string>, { name, port }: Instance) => ({
  ...common,
  PORT: String(port),
  INSTANCE: name,
})

interface AppPlan {
  config: Config
  instances: Instances
  environments: Record<AppName, Record<string, string>>
  /** Those of ours: an engine that runs elsewhere is not waited for. */
  engineProcesses: readonly string[]
  /** Runs before the first start of each instance. */
  prepare(app: AppName): Promise<void>
}

/** The apps as processes, each waiting for what it needs. */
export function appSpecs(plan: AppPlan): ProcessSpec[] {
  const { instances, engineProcesses } = plan
  const processesOf = (needed: string): string[] => {
    const app = appNames.find((name) => name === needed)
    if (app) return instances[app].map(({ name }) => name)
    return engineProcesses.includes(needed) ? [needed] : []
  }
  return appNames.flatMap((app) => {
    const dependsOn = [...storesOf[app], ...needsBeside[app]].flatMap(processesOf)
    return instances[app].map((instance) => ({ ...instanceSpec(plan, app, instance), dependsOn }))
  })
}

function instanceSpec(
  { config, environments, prepare }: AppPlan,
  app: AppName,
  instance: Instance,
): Omit<ProcessSpec, 'dependsOn'> {
  const { name, port } = instance
  return {
    name,
    kind: 'app',
    prepare: () => prepare(app),
    command: {
      file: process.execPath,
      args: ['--enable-source-maps', join(root, 'apps', app, 'dist', 'main.js')],
      cwd: root,
      env: environmentOf(environments[app], instance),
    },
    port,
    portVariable: 'MARQUEE_PORT',
    ready: () => isReady(port),
    readyTimeoutMs: 60_000,
    serves: () => says(port, 'live'),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 12_000,
    logFile: logFileOf(config.dataDir, name),
  }
}

/** Whether an app says that it and everything it depends on works. */
export const isReady = (port: number): Promise<boolean> => says(port, 'ready')

async function says(port: number, health: 'ready' | 'live'): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${health}`, {
    signal: AbortSignal.timeout(2_000),
  })
  await answer.arrayBuffer()
  return answer.ok
}
