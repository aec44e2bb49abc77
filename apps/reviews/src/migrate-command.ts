import { fileURLToPath } from 'node:url'
import { migrationCount, migrationDirection } from '@marquee/service-kit'
import { Command } from 'commander'
import { exits, log, withDatabase } from './command-line.js'
import { migrate } from './migrate-store.js'

const dir = fileURLToPath(new URL('../migrations', import.meta.url))

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring the collections of DATABASE_URL up to date, or take migrations back')
    .argument('[direction]', 'up or down', migrationDirection, 'up')
    .option('-c, --count <n>', 'how many; default: all up, one down', migrationCount)
    .action((way: 'up' | 'down', options: { count?: number }) =>
      withDatabase(async (database) => {
        const names = await migrate({ database, dir, direction: way, log, ...options })
        console.log(names.length === 0 ? 'nothing to migrate' : `migrated ${way}: ${names.join(', ')}`)
        return exits.done
      }),
    )
