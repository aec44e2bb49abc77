import { z } from '@marquee/contracts'
import { createProgress, type SeedSize, seedSizeNames, seedSizes } from '@marquee/seed'
import { httpClient } from '@marquee/service-kit'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CommandConnections } from '../commands.js'
import { seedHistories } from './seed-histories.js'

interface Options {
  size: SeedSize
  seed: number
  today: string
  json: boolean
}

const parsed =
  <T>(schema: z.ZodType<T>, expected: string) =>
  (text: string): T => {
    const { success, data } = schema.safeParse(text)
    if (!success) throw new InvalidArgumentError(`expected ${expected}`)
    return data
  }
const seedNumber = z.coerce.number().int().min(0).max(4_294_967_295)
const catalogTimeoutMs = 10_000

/** `seed`: made-up people and what they watched. */
export const seedCommand = (connect: () => CommandConnections): Command =>
  new Command('seed')
    .description('give made-up people a year of history until today; what is there stays')
    .addOption(
      new Option('--size <size>', 'xs 50, s 1,000, m 10,000 or l 100,000 people')
        .choices(seedSizeNames)
        .default('s'),
    )
    .option('--seed <number>', 'another number, other people', parsed(seedNumber, '0 to 4294967295'), 1)
    .addOption(
      new Option('--today <date>', 'histories end at midnight (UTC) of this day')
        .default(new Date().toISOString().slice(0, 10), 'today, UTC')
        .argParser(parsed(z.iso.date(), 'YYYY-MM-DD')),
    )
    .option('--json', 'print the report as JSON', false)
    .action((options: Options) => seed(connect(), options))

async function seed(connections: CommandConnections, { size, seed, today, json }: Options): Promise<void> {
  const { primary, replica, config } = connections
  const origins = config.CATALOG_ORIGINS
  const catalog = origins ? httpClient({ origins, name: 'The catalogue', timeoutMs: catalogTimeoutMs }) : null
  try {
    const { users } = seedSizes[size]
    const options = { users, seed, today: new Date(`${today}T00:00:00Z`), progress: createProgress }
    const report = await seedHistories({ primary, replica, catalog }, options)
    const { added, unchanged, plays, titles } = report
    const text = `${report.users} people: ${added} added with ${plays} plays of ${titles} titles, ${unchanged} were there`
    process.stdout.write(`${json ? JSON.stringify(report) : text}\n`)
  } finally {
    await catalog?.close()
    await connections.close()
  }
}
