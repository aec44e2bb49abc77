import { createLogger } from '@marquee/service-kit'
import { Command } from 'commander'
import { exits, print, withCounters } from '../command-line.js'
import { rebuild } from './rebuild-store.js'

export const rebuildCommand = (): Command =>
  new Command('rebuild')
    .description('drop the prepared lists and make them anew from the buckets')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) =>
      withCounters(async (counters, { limits }) => {
        const log = createLogger('trending-cli', 'fatal')
        await rebuild(counters, { log, length: limits.trendingLength })
        const lists = await counters.redis.scard(counters.key('lists'))
        print(json, { lists }, `${lists} lists prepared anew`)
        return exits.done
      }),
    )
