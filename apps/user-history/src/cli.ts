import { fileURLToPath } from 'node:url'
import { createPool, migrate } from '@marquee/postgres'
import { commandFailed, createLogger, migrationCount, migrationDirection } from '@marquee/service-kit'
import { Command } from 'commander'
import { type CommandConnections, commands } from './commands.js'
import { type CommandConfig, readCommandConfig } from './config.js'

const folder = (name: string) => fileURLToPath(new URL(`../migrations/${name}`, import.meta.url))
/** A batch of thousands of rows, on a machine that does other things too. */
const bulkTimeoutMs = 60_000
const log = createLogger('user-history', 'warn')

/** What is migrated, in the order of the way up; a subscriber comes before its publisher. */
const servers = ({ DATABASE_URL, REPLICA_URL }: CommandConfig) => [
  ...(REPLICA_URL ? [{ name: 'replica', url: REPLICA_URL }] : []),
  { name: 'primary', url: DATABASE_URL },
]

const program = new Command('user-history').description(
  'What user history owns: the schemas of both analytics servers, replication, the seed',
)

program
  .command('migrate')
  .description('bring the schemas up to date, or take migrations back')
  .argument('[direction]', 'up or down', migrationDirection, 'up')
  .option('-c, --count <n>', 'how many of each; default: all up, one down', migrationCount)
  .action(async (way: 'up' | 'down', options: { count?: number }) => {
    const targets = servers(readCommandConfig())
    for (const { name, url } of way === 'up' ? targets : targets.toReversed()) {
      const names = await migrate({ url, dir: folder(name), direction: way, log, ...options })
      const done = names.length === 0 ? 'nothing to migrate' : `migrated ${way}: ${names.join(', ')}`
      console.log(`${name}: ${done}`)
    }
  })
for (const command of commands(connect)) program.addCommand(command)

function connect(): CommandConnections {
  const config = readCommandConfig()
  const open = (url: string) =>
    createPool({ url, name: 'user-history-cli', max: 4, queryTimeoutMs: bulkTimeoutMs, log })
  const primary = open(config.DATABASE_URL)
  const replica = config.REPLICA_URL ? open(config.REPLICA_URL) : null
  const close = async () => void (await Promise.all([primary.end(), replica?.end()]))
  return { primary, replica, config, close }
}

program.parseAsync().catch((error: unknown) => commandFailed(error))
