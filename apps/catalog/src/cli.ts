import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Cache, createCache } from '@marquee/cache'
import { createPool, migrate } from '@marquee/postgres'
import {
  commandFailed,
  createLogger,
  createMetrics,
  migrationCount,
  migrationDirection,
} from '@marquee/service-kit'
import { Command } from 'commander'
import { createCatalogCache } from './catalog-cache.js'
import { type CommandConnections, commands } from './commands.js'
import { readCommandConfig } from './config.js'

const migrations = fileURLToPath(new URL('../migrations', import.meta.url))
/** A batch of thousands of rows, on a machine that does other things too. */
const bulkTimeoutMs = 60_000
const log = createLogger('catalog', 'warn')

const program = new Command('catalog').description(
  'What the catalogue owns: its schema, its seed, its imports',
)

program
  .command('migrate')
  .description('bring the schema of DATABASE_URL up to date, or take migrations back')
  .argument('[direction]', 'up or down', migrationDirection, 'up')
  .option('-c, --count <n>', 'how many; default: all up, one down', migrationCount)
  .action(async (way: 'up' | 'down', options: { count?: number }) => {
    const { DATABASE_URL: url } = readCommandConfig()
    const names = await migrate({ url, dir: migrations, direction: way, log, ...options })
    console.log(names.length === 0 ? 'nothing to migrate' : `migrated ${way}: ${names.join(', ')}`)
  })
for (const command of commands(connect)) program.addCommand(command)

async function connect(): Promise<CommandConnections> {
  const { DATABASE_URL: url, CACHE_URL, ANALYTICS_URL, REPLICA_URL, limits } = readCommandConfig()
  const pool = createPool({ url, name: 'catalog-cli', max: 2, queryTimeoutMs: bulkTimeoutMs, log })
  const connections = {
    pool,
    analytics: [ANALYTICS_URL, REPLICA_URL],
    listingRefreshEveryMs: limits.listingRefreshEveryMs,
  }
  if (!CACHE_URL)
    return {
      ...connections,
      invalidate: async () => undefined,
      cached: async () => undefined,
      forgetListed: async () => undefined,
      close: () => pool.end(),
    }
  const cache = createCache({ url: CACHE_URL, log, registry: createMetrics('catalog-cli').registry })
  const { contents, episodes, slugs } = createCatalogCache(cache, limits)
  return {
    ...connections,
    invalidate: (ids) => contents.invalidate(ids),
    cached: async () => {
      await answering(cache)
      return contents
    },
    async forgetListed() {
      await answering(cache)
      await Promise.all([episodes.flush(), slugs.flush()])
    },
    async close() {
      await cache.close()
      await pool.end()
    },
  }
}

/** Resolves when the cache answers. @throws when it does not within 5 s */
async function answering(cache: Cache): Promise<void> {
  for (const until = performance.now() + 5000; ; await delay(50)) {
    const down = await cache.ready().then(
      () => undefined,
      (error: Error) => error,
    )
    if (!down) return
    if (performance.now() > until) throw down
  }
}

program.parseAsync().catch((error: unknown) => commandFailed(error))
