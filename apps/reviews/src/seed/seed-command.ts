import { world } from '@marquee/contracts'
import { catalogIds, type SeedSize, seedSizeNames, seedSizes, seedUsers } from '@marquee/seed'
import { ConfigError, httpClient } from '@marquee/service-kit'
import { Command, InvalidArgumentError, Option } from 'commander'
import { endProgress, exits, print, showProgress, withDatabase } from '../command-line.js'
import { seedReviews } from './seed-store.js'

interface Options {
  size: SeedSize
  seed: number
  today: Date
  json: boolean
}

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

export const seedCommand = (): Command =>
  new Command('seed')
    .description('write the reviews of the named world and invented ones of every title; what is there stays')
    .addOption(
      new Option('--size <size>', 'how many people write: xs 50, s 1,000, m 10,000 or l 100,000')
        .choices(seedSizeNames)
        .default('s'),
    )
    .option('--seed <number>', 'another number, other reviews', seedNumber, 1)
    .option('--today <date>', 'the reviews are from the ten months before (YYYY-MM-DD)', day, utcMidnight())
    .option('--json', 'print JSON', false)
    .action(({ size, seed, today, json }: Options) =>
      withDatabase(async (database, { CATALOG_ORIGINS }) => {
        const ids = await titleIds(CATALOG_ORIGINS)
        const everybody = seedUsers(seedSizes[size].users, seed)
        // The named ones are for those who try the platform out: they have said nothing but what the named world says.
        const people = everybody.slice(Object.keys(world.viewers).length)
        const show = (done: number) => showProgress(`${done} of ${ids.length} titles`)
        const report = await seedReviews(database, ids, { people, seed, today }, show)
        endProgress()
        const { reviews, added, titles } = report
        print(
          json,
          report,
          `${reviews} reviews of ${titles} titles: ${added} added, ${reviews - added} were there`,
        )
        return exits.done
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
