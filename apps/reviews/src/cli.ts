import { fileURLToPath } from 'node:url'
import { ConfigError, createLogger } from '@marquee/service-kit'
import { Command, InvalidArgumentError } from 'commander'
import { readCommandConfig } from './config.js'
import { type Database, openDatabase, reached } from './database-store.js'
import { migrate } from './migrate-store.js'

const exits = { done: 0, failed: 1, config: 78 } as const
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
  .argument('[direction]', 'up or down', direction, 'up')
  .option('-c, --count <n>', 'how many; default: all up, one down', count)
  .action((way: 'up' | 'down', options: { count?: number }) =>
    withDatabase(async (database) => {
      const names = await migrate({ database, dir: migrations, direction: way, log, ...options })
      console.log(names.length === 0 ? 'nothing to migrate' : `migrated ${way}: ${names.join(', ')}`)
      return exits.done
    }),
  )

function direction(text: string): 'up' | 'down' {
  if (text === 'up' || text === 'down') return text
  throw new InvalidArgumentError('expected up or down')
}

function count(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number from 1')
}

program.parseAsync().catch((error: unknown) => {
  const config = error instanceof ConfigError
  console.error(config ? `Wrong configuration:\n  ${error.problems.join('\n  ')}` : (error as Error).message)
  process.exitCode = config ? exits.config : exits.failed
})
