import { rebuiltText } from '@marquee/service-kit'
import { Command } from 'commander'
import { endProgress, exits, print, showProgress, withCounters } from '../command-line.js'
import { rebuildTrending } from './rebuild-trending.js'

interface Options {
  dryRun: boolean
  json: boolean
}

const rebuildTrendingCommand = () =>
  new Command('trending')
    .description('every list anew from the buckets, compared with the served ones and put in their place')
    .option('--dry-run', 'only compare; 1 when something differs', false)
    .option('--json', 'print JSON', false)
    .action(({ dryRun, json }: Options) =>
      withCounters(async (counters, { limits }) => {
        const progress = (titles: number) => showProgress(`${titles} titles read`)
        const found = await rebuildTrending(counters, { length: limits.trendingLength, dryRun, progress })
        endProgress()
        const { at, compared, pending } = found
        const held = `${compared} rows compared at ${at}, without those of ${pending} titles that were just viewed`
        print(json, found, `${rebuiltText(found)}\n${held}`)
        return dryRun && found.differing > 0 ? exits.differs : exits.done
      }),
    )

/** `rebuild trending`: what is derived, anew from what it is derived from. */
export const rebuildCommand = (): Command =>
  new Command('rebuild')
    .description('make what is derived anew, under load, and put it in the place of what is there')
    .addCommand(rebuildTrendingCommand())
