import { ConfigError, httpClient, type Rebuilt, rebuiltText } from '@marquee/service-kit'
import { Command } from 'commander'
import { type CommandConfig, endProgress, exits, print, showProgress, withDatabase } from '../command-line.js'
import type { Database } from '../database-store.js'
import { renewTitles } from '../titles/renew-titles-store.js'
import { rebuildRatings } from './rebuild-ratings-store.js'

interface Options {
  dryRun: boolean
  json: boolean
}
type Work = (database: Database, config: CommandConfig, dryRun: boolean) => Promise<Rebuilt>

const progress = (titles: number) => showProgress(`${titles} titles`)

const ratings: Work = (database, _config, dryRun) => rebuildRatings(database, { dryRun, progress })

async function titles(...[database, { CATALOG_ORIGINS: origins }, dryRun]: Parameters<Work>) {
  if (!origins) throw new ConfigError(['CATALOG_ORIGINS is missing: titles are the catalogue’s'])
  const catalog = httpClient({ origins, name: 'The catalogue', timeoutMs: 10_000 })
  try {
    return await renewTitles(database, catalog, { dryRun, progress })
  } finally {
    await catalog.close()
  }
}

const kind = (name: string, description: string, work: Work): Command =>
  new Command(name)
    .description(description)
    .option('--dry-run', 'only compare; 1 when something differs', false)
    .option('--json', 'print JSON', false)
    .action(({ dryRun, json }: Options) =>
      withDatabase(async (database, config) => {
        const found = await work(database, config, dryRun)
        endProgress()
        print(json, found, rebuiltText(found))
        return dryRun && found.differing > 0 ? exits.differs : exits.done
      }),
    )

/** What is derived or copied, anew from what it comes from. */
export const rebuildCommand = (): Command =>
  new Command('rebuild')
    .description('make what is derived anew, under load, and put it in the place of what is there')
    .addCommand(kind('ratings', 'the figures of every title, from its reviews', ratings))
    .addCommand(kind('titles', 'the copy of titles, from the catalogue', titles))
