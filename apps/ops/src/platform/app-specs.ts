import { join } from 'node:path'
import type { Engines, ProcessSpec } from '@marquee/engines'
import { type Config, root } from '../config.js'
import type { Secrets } from '../data-folder/secrets.js'

export const appNames = ['catalog', 'trending', 'gateway'] as const
export type AppName = (typeof appNames)[number]

/** Offsets from the gateway's port; +2 and +3 are kept for user-history and reviews, the engines begin at +100. */
export const portOffsets = { gateway: 0, catalog: 1, trending: 4, engines: 100 } as const

export const logFileOf = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`)
export const cliOf = (app: AppName) => join(root, 'apps', app, 'dist', 'cli.js')

interface Surroundings {
  config: Config
  secrets: Secrets
  urls: Pick<Engines['urls'], 'catalog' | 'cache' | 'counters' | 'kafka'>
}

/** The environment of each app and of its cli: what the machine's has, and ours over it. */
export function appEnvironments({
  config,
  secrets,
  urls,
}: Surroundings): Record<AppName, Record<string, string>> {
  const origin = (app: AppName) => `http://127.0.0.1:${config.port + portOffsets[app]}`
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
  return {
    catalog: {
      ...common('catalog'),
      DATABASE_URL: urls.catalog,
      CACHE_URL: urls.cache,
      KAFKA_BROKERS: urls.kafka,
    },
    trending: {
      ...common('trending'),
      COUNTERS_URL: urls.counters,
      KAFKA_BROKERS: urls.kafka,
      CATALOG_ORIGIN: origin('catalog'),
    },
    gateway: {
      PUBLIC_ORIGIN: origin('gateway'),
      ...common('gateway'),
      CACHE_URL: urls.cache,
      CATALOG_ORIGIN: origin('catalog'),
      TRENDING_ORIGIN: origin('trending'),
      JWKS_FILE: join(config.dataDir, 'jwks.json'),
      DEV_TOKENS_FILE: join(config.dataDir, 'run.json'),
    },
  }
}

interface AppPlan extends Surroundings {
  engines: ProcessSpec[]
  /** Runs once, before the app's first start. */
  prepare(app: AppName): Promise<void>
}

/** The apps as processes, each waiting for what it needs. */
export function appSpecs({ engines, prepare, ...surroundings }: AppPlan): ProcessSpec[] {
  const { config } = surroundings
  const environments = appEnvironments(surroundings)
  const needs: Record<AppName, string[]> = {
    catalog: engines.map(({ name }) => name),
    trending: ['catalog'],
    gateway: ['catalog', 'trending'],
  }
  return appNames.map((name) => {
    const port = config.port + portOffsets[name]
    return {
      name,
      kind: 'app',
      prepare: () => prepare(name),
      command: {
        file: process.execPath,
        args: ['--enable-source-maps', join(root, 'apps', name, 'dist', 'main.js')],
        cwd: root,
        env: environments[name],
      },
      port,
      portVariable: 'MARQUEE_PORT',
      ready: () => isReady(port),
      readyTimeoutMs: 60_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 12_000,
      logFile: logFileOf(config.dataDir, name),
      dependsOn: needs[name],
    }
  })
}

/** Whether an app says that it and everything it depends on works. */
export async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) })
  await answer.arrayBuffer()
  return answer.ok
}
