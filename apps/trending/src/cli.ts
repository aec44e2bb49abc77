import { writeFileSync } from 'node:fs'
import { catalogIds } from '@marquee/seed'
import { commandFailed, createLogger, httpClient } from '@marquee/service-kit'
import { Command, InvalidArgumentError } from 'commander'
import { cliConfig } from './config.js'
import { type Counters, connected, openCounters } from './counters-store.js'
import { rebuild } from './rebuild/rebuild-store.js'
import { reconcile } from './rebuild/reconcile-store.js'
import { countersTime, seedCounters } from './seed/seed-store.js'
import { publishedIds } from './titles/title-store.js'

const exits = { agreed: 0, differs: 1 } as const

/** Opens the counters, runs the command, closes them. The answer is the exit code. */
async function withCounters(
  work: (counters: Counters, config: ReturnType<typeof cliConfig>) => Promise<number>,
) {
  const config = cliConfig()
  const counters = openCounters({
    url: config.COUNTERS_URL,
    purpose: 'background',
    log: createLogger('trending-cli', 'fatal'),
  })
  try {
    await connected(counters)
    process.exitCode = await work(counters, config)
  } finally {
    counters.close()
  }
}

const between = (min: number, max: number) => (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InvalidArgumentError(`expected ${min} to ${max}`)
  return value
}
const print = (json: boolean, value: Record<string, unknown>, text: string) =>
  console.log(json ? JSON.stringify(value) : text)

/** The catalogue names every title; what trending knows by itself does where the catalogue does not run. */
async function titleIds(counters: Counters, origins: string[] | undefined): Promise<string[]> {
  if (!origins) return publishedIds(counters)
  const catalog = httpClient({ origins, name: 'The catalogue', timeoutMs: 10_000 })
  try {
    return await catalogIds(catalog)
  } finally {
    await catalog.close()
  }
}

const program = new Command('trending').description(
  'What trending owns: counters in Redis. Exit codes: 0 done, 1 failed or does not reconcile, 78 wrong environment.',
)

program
  .command('seed')
  .description('count made-up views of the past; again is harmless, and counts what a killed run left out')
  .requiredOption('--views <n>', 'how many', between(1, 5_000_000))
  .requiredOption('--days <n>', 'within how many days before now', between(1, 30))
  .option('--seed <n>', 'another number makes other views', between(0, 4_294_967_295), 1)
  .option('--json', 'print JSON', false)
  .action((options: { views: number; days: number; seed: number; json: boolean }) =>
    withCounters(async (counters, { CATALOG_ORIGINS }) => {
      const { views, days, seed, json } = options
      const ids = await titleIds(counters, CATALOG_ORIGINS)
      if (ids.length === 0)
        throw new Error('there is no title to view yet: seed or import the catalogue first')
      const show = (done: number) =>
        process.stderr.isTTY && process.stderr.write(`\r${done} of ${views} views`)
      const counted = await seedCounters(
        counters,
        { seed, views, days, ids, endMs: await countersTime(counters) },
        show,
      )
      if (process.stderr.isTTY) process.stderr.write('\n')
      print(
        json,
        { views, counted, titles: ids.length },
        `${counted} views counted of ${ids.length} titles (${views - counted} were there)`,
      )
      return exits.agreed
    }),
  )

program
  .command('rebuild')
  .description('drop the prepared lists and make them anew from the buckets')
  .option('--json', 'print JSON', false)
  .action(({ json }: { json: boolean }) =>
    withCounters(async (counters, { limits }) => {
      await rebuild(counters, { log: createLogger('trending-cli', 'fatal'), length: limits.trendingLength })
      const lists = await counters.redis.scard(counters.key('lists'))
      print(json, { lists }, `${lists} lists prepared anew`)
      return exits.agreed
    }),
  )

program
  .command('reconcile')
  .description('hold stored view ids, totals and buckets against each other; 1 when they differ')
  .option('--json', 'print JSON', false)
  .option('--ids <file>', 'write every stored view id of the last 34 days to a file, one per line')
  .action(({ json, ids: file }: { json: boolean; ids?: string }) =>
    withCounters(async (counters) => {
      const ids: string[] = []
      const found = await reconcile(counters, file ? { onId: (id) => ids.push(id) } : {})
      if (file) writeFileSync(file, ids.map((id) => `${id}\n`).join(''))
      const { agrees, ...figures } = found
      const lines = Object.entries(figures).map(
        ([name, value]) => `${name.padEnd(24)} ${Array.isArray(value) ? JSON.stringify(value) : value}`,
      )
      print(
        json,
        { ...found },
        [...lines, agrees ? 'everything agrees' : 'THE COUNTERS DO NOT RECONCILE'].join('\n'),
      )
      return agrees ? exits.agreed : exits.differs
    }),
  )

program.parseAsync().catch((error: Error) => commandFailed(error, error.message))
