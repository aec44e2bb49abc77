import { connectKafka } from '@marquee/events'
import { createLogger, httpClient } from '@marquee/service-kit'
import { Argument, Command } from 'commander'
import type { CommandConnections } from '../commands.js'
import { type RebuildOptions, type Rebuilt, rebuildAnalytics } from './rebuild-analytics.js'
import { rebuildTitles } from './rebuild-titles.js'

const exits = { done: 0, differs: 1 } as const
const catalogTimeoutMs = 10_000

interface Options {
  dryRun: boolean
  json: boolean
}

/** `rebuild analytics|titles`: what is derived, anew from what it is derived from. */
export const rebuildCommand = (connect: () => CommandConnections): Command =>
  new Command('rebuild')
    .description(
      'make daily figures, or the copies of titles, anew and put them in the place of what is there',
    )
    .addArgument(new Argument('<what>').choices(['analytics', 'titles']))
    .option('--dry-run', 'only compare; 1 when something differs', false)
    .option('--json', 'print JSON', false)
    .action(async (what: 'analytics' | 'titles', { dryRun, json }: Options) => {
      const connections = connect()
      try {
        const found = await work[what](connections, { dryRun, onProgress: showProgress })
        if (process.stderr.isTTY) process.stderr.write('\n')
        console.log(json ? JSON.stringify(found) : told(found))
        process.exitCode = dryRun && found.differing > 0 ? exits.differs : exits.done
      } finally {
        await connections.close()
      }
    })

const work = {
  async analytics({ primary, config }: CommandConnections, options: RebuildOptions): Promise<Rebuilt> {
    if (!config.KAFKA_BROKERS)
      throw new Error('KAFKA_BROKERS is missing: the figures are built from its topics.')
    const log = createLogger('user-history', 'warn')
    const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: 'user-history-rebuild', log })
    try {
      return await rebuildAnalytics(primary, kafka, options)
    } finally {
      await kafka.close()
    }
  },
  async titles({ primary, config }: CommandConnections, options: RebuildOptions): Promise<Rebuilt> {
    if (!config.CATALOG_ORIGINS) throw new Error('CATALOG_ORIGINS is missing: titles are the catalogue’s.')
    const catalog = httpClient({
      origins: config.CATALOG_ORIGINS,
      name: 'The catalogue',
      timeoutMs: catalogTimeoutMs,
    })
    try {
      return await rebuildTitles(primary, catalog, options)
    } finally {
      await catalog.close()
    }
  },
}

const showProgress = (done: number) => process.stderr.isTTY && process.stderr.write(`\r${done} read`)

const told = ({ what, built, differing, swapped, ms }: Rebuilt): string =>
  `${what}: ${built} rows built in ${(ms / 1000).toFixed(1)} s, ${differing} differed${swapped ? ' and were replaced' : ''}`
