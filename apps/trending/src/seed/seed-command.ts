import { catalogIds } from '@marquee/seed'
import { httpClient } from '@marquee/service-kit'
import { Command } from 'commander'
import { between, endProgress, exits, print, showProgress, withCounters } from '../command-line.js'
import type { Counters } from '../counters-store.js'
import { publishedIds } from '../titles/title-store.js'
import { countersTime, seedCounters } from './seed-store.js'

interface Options {
  views: number
  days: number
  seed: number
  json: boolean
}

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

export const seedCommand = (): Command =>
  new Command('seed')
    .description('count made-up views of the past; again is harmless, and counts what a killed run left out')
    .requiredOption('--views <n>', 'how many', between(1, 5_000_000))
    .requiredOption('--days <n>', 'within how many days before now', between(1, 30))
    .option('--seed <n>', 'another number makes other views', between(0, 4_294_967_295), 1)
    .option('--json', 'print JSON', false)
    .action(({ views, days, seed, json }: Options) =>
      withCounters(async (counters, { CATALOG_ORIGINS }) => {
        const ids = await titleIds(counters, CATALOG_ORIGINS)
        if (ids.length === 0)
          throw new Error('there is no title to view yet: seed or import the catalogue first')
        const plan = { seed, views, days, ids, endMs: await countersTime(counters) }
        const counted = await seedCounters(counters, plan, (done) =>
          showProgress(`${done} of ${views} views`),
        )
        endProgress()
        print(
          json,
          { views, counted, titles: ids.length },
          `${counted} views counted of ${ids.length} titles (${views - counted} were there)`,
        )
        return exits.done
      }),
    )
