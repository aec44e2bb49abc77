import type { Registry } from 'prom-client'
import { connect, type Log } from './connection.js'
import { createTally } from './metrics.js'
import { createNamespace, type Namespace, type NamespaceOptions } from './namespace.js'

export interface CacheOptions {
  url: string
  log: Log
  registry: Registry
  /** Before every key; for tests that share a server. */
  prefix?: string
}

export interface Cache {
  namespace(options: NamespaceOptions): Namespace
  namespaces(): Record<string, Namespace>
  /** @throws when the cache does not answer: readiness, not a reason to refuse requests. */
  ready(): Promise<void>
  close(): Promise<void>
}

const generationEveryMs = 2000

/** Cache-aside on Redis. A cache that is down costs speed, never answers. */
export function createCache({ url, log, registry, prefix = '' }: CacheOptions): Cache {
  const connection = connect(url, log)
  const made = new Map<string, ReturnType<typeof createNamespace>>()

  const readGenerations = async () => {
    const all = [...made.values()]
    if (all.length === 0) return
    const values = await connection.ask((redis) => redis.mget(all.map((one) => one.generation.key)))
    values?.forEach((value, index) => {
      all[index]!.generation.value = Number(value ?? 0)
    })
  }
  const timer = setInterval(() => void readGenerations(), generationEveryMs).unref()
  connection.redis.on('ready', () => void readGenerations())

  return {
    namespace(options) {
      const known = made.get(options.name)
      if (known) throw new Error(`the cache has a namespace ${options.name} already`)
      const one = createNamespace(connection, createTally(registry, options.name), prefix, options)
      made.set(options.name, one)
      return one.namespace
    },
    namespaces: () => Object.fromEntries([...made].map(([name, one]) => [name, one.namespace])),
    async ready() {
      if ((await connection.ask((redis) => redis.ping())) === undefined) throw new Error('the cache is down')
    },
    async close() {
      clearInterval(timer)
      for (const one of made.values()) one.close()
      await connection.close()
    },
  }
}
