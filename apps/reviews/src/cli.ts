import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { world } from '@marquee/contracts'
import { catalogIds, type SeedSize, seedSizeNames, seedSizes, seedUsers } from '@marquee/seed'
import {
  ConfigError,
  commandFailed,
  createLogger,
  httpClient,
  migrationCount,
  migrationDirection,
} from '@marquee/service-kit'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readCommandConfig } from './config.js'
import { type Database, openDatabase, reached } from './database-store.js'
import { migrate } from './migrate-store.js'
import { reconcile } from './reconcile/reconcile-store.js'
import { seedReviews } from './seed/seed-store.js'

const exits = { done: 0, differs: 1 } as const
const migrations = fileURLToPath(new URL('../migrations', import.meta.url))
/** An index of a large collection, on a machine that does other things too. */
const statementTimeoutMs = 120_000
const log = createLogger('reviews-cli', 'fatal')

type CommandConfig = ReturnType<typeof readCommandConfig>

/** Opens MongoDB, runs the command, closes it. The answer is the exit code. */
async function withDatabase(work: (database: Database, config: CommandConfig) => Promise<number>) {
  const config = readCommandConfig()
  const url = config.DATABASE_URL
  const database = openDatabase({ url, purpose: 'command', timeoutMs: statementTimeoutMs, log })
  try {
    await reached(database, 10_000)
    process.exitCode = await work(database, config)
  } finally {
    await database.close()
  }
}

const program = new Command('reviews').description(
  'What reviews owns: its collections in MongoDB. Exit codes: 0 done, 1 failed or does not reconcile, 78 wrong environment.',
)

program
  .command('migrate')
  .description('bring the collections of DATABASE_URL up to date, or take migrations back')
  .argument('[direction]', 'up or down', migrationDirection, 'up')
  .option('-c, --count <n>', 'how many; default: all up, one down', migrationCount)
  .action((way: 'up' | 'down', options: { count?: number }) =>
    withDatabase(async (database) => {
      const names = await migrate({ database, dir: migrations, direction: way, log, ...options })
      console.log(names.length === 0 ? 'nothing to migrate' : `migrated ${way}: ${names.join(', ')}`)
      return exits.done
    }),
  )

const print = (json: boolean, value: object, text: string) => console.log(json ? JSON.stringify(value) : text)

/** Every published title, by the catalogue's own pages. */
async function titleIds(origins: string[] | undefined): Promise<string[]> {
  if (!origins)
    throw new ConfigError(['CATALOG_ORIGINS is missing: the catalogue says what there is to review'])
  const catalog = httpClient({ origins, name: 'The catalogue', timeoutMs: 10_000 })
  try {
    return await catalogIds(catalog)
  } finally {
    await catalog.close()
  }
}

interface SeedCommand {
  size: SeedSize
  seed: number
  today: Date
  json: boolean
}

program
  .command('seed')
  .description('write the reviews of the named world and invented ones of every title; what is there stays')
  .addOption(
    new Option('--size <size>', 'how many people write: xs 50, s 1,000, m 10,000 or l 100,000')
      .choices(seedSizeNames)
      .default('s'),
  )
  .option('--seed <number>', 'another number, other reviews', seedNumber, 1)
  .option('--today <date>', 'the reviews are from the ten months before (YYYY-MM-DD)', day, utcMidnight())
  .option('--json', 'print JSON', false)
  .action(({ size, seed, today, json }: SeedCommand) =>
    withDatabase(async (database, { CATALOG_ORIGINS }) => {
      const ids = await titleIds(CATALOG_ORIGINS)
      const everybody = seedUsers(seedSizes[size].users, seed)
      // The named ones are for those who try the platform out: they have said nothing but what the named world says.
      const people = everybody.slice(Object.keys(world.viewers).length)
      const show = (done: number) =>
        process.stderr.isTTY && process.stderr.write(`\r${done} of ${ids.length} titles`)
      const report = await seedReviews(database, ids, { people, seed, today }, show)
      if (process.stderr.isTTY) process.stderr.write('\n')
      const { reviews, added, titles } = report
      print(
        json,
        report,
        `${reviews} reviews of ${titles} titles: ${added} added, ${reviews - added} were there`,
      )
      return exits.done
    }),
  )

program
  .command('reconcile')
  .description('hold reviews, figures and votes against each other; 1 when they differ')
  .option('--json', 'print JSON', false)
  .option('--ids <file>', 'write the id of every stored review to a file, one per line')
  .action(({ json, ids: file }: { json: boolean; ids?: string }) =>
    withDatabase(async (database) => {
      const ids: string[] = []
      const found = await reconcile(database, file ? { onId: (id) => ids.push(id) } : {})
      if (file) writeFileSync(file, ids.map((id) => `${id}\n`).join(''))
      const { agrees, ...figures } = found
      const lines = Object.entries(figures).map(
        ([name, value]) => `${name.padEnd(24)} ${Array.isArray(value) ? JSON.stringify(value) : value}`,
      )
      print(json, found, [...lines, agrees ? 'everything agrees' : 'THE REVIEWS DO NOT RECONCILE'].join('\n'))
      return agrees ? exits.done : exits.differs
    }),
  )

function seedNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number')
}

function utcMidnight(): Date {
  return new Date(new Date().toISOString().slice(0, 10))
}

function day(text: string): Date {
  const date = new Date(`${text}T00:00:00.000Z`)
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('expected a day such as 2026-01-31')
}

program.parseAsync().catch((error: Error) => commandFailed(error, error.message))
