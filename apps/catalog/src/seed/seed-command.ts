import { createProgress, type SeedSize, seedSizeNames, seedSizes } from '@marquee/seed'
import { Command, Option } from 'commander'
import { type BulkConnections, todayOption, wholeNumber } from '../import/import-command.js'

interface Options {
  size: SeedSize
  seed: number
  today: string
  json: boolean
}

/** `seed`: the named world and invented titles. */
export const seedCommand = (connect: () => Promise<BulkConnections>): Command =>
  new Command('seed')
    .description('fill the catalogue with the named world and invented titles; what is there stays')
    .addOption(
      new Option('--size <size>', 'xs 100, s 2,000, m 20,000 or l 200,000 titles')
        .choices(seedSizeNames)
        .default('s'),
    )
    .option('--seed <number>', 'another number, other titles', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--json', 'print the report as JSON', false)
    .addOption(todayOption())
    .action(async (options: Options) => {
      const connections = await connect()
      try {
        await seed(connections, options)
      } finally {
        await connections.close()
      }
    })

async function seed({ pool }: BulkConnections, { size, seed, today, json }: Options): Promise<void> {
  // Loaded here, because the generator's library is large and every other command starts without it.
  const { seedTitles } = await import('./seed-titles.js')
  const { titles } = seedSizes[size]
  const progress = createProgress('titles', titles)
  const report = await seedTitles(pool, { titles, seed, today: new Date(`${today}T00:00:00Z`), progress })
  progress.end()
  const text = `${report.titles} titles: ${report.added} added with ${report.episodes} episodes, ${report.unchanged} were there`
  process.stdout.write(`${json ? JSON.stringify(report) : text}\n`)
}
