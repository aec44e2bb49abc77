import type { Pool } from '@marquee/postgres'
import { createProgress } from '@marquee/seed'
import { Command, InvalidArgumentError, Option } from 'commander'
import { packagedBangumiFile } from './bangumi-source.js'
import { importBangumi } from './import-bangumi.js'
import { ImportOvertaken } from './import-run-store.js'
import { MalformedJson } from './json-parts.js'
import { reportText } from './report.js'

/** What the commands need of the app; opened only when a command runs. */
export interface BulkConnections {
  pool: Pool
  /** Drops the cached answers of titles; does nothing where there is no cache. */
  invalidate(ids: string[]): Promise<void>
  close(): Promise<void>
}

interface Options {
  dryRun: boolean
  json: boolean
  batch: number
  file: string
  today: string
}

/** February 30 is a date to JavaScript, but not the one that was typed. */
export function day(text: string): string {
  const date = new Date(`${text}T00:00:00Z`)
  if (Number.isNaN(+date) || date.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('expected YYYY-MM-DD')
  return text
}

export const todayOption = () =>
  new Option('--today <date>', 'the day that dates count from, YYYY-MM-DD')
    .default(new Date().toISOString().slice(0, 10), 'today, UTC')
    .argParser(day)

export const wholeNumber = (min: number, max: number) => (text: string) => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < min || number > max)
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`)
  return number
}

async function run({ pool, invalidate }: BulkConnections, { json, ...options }: Options): Promise<void> {
  const startProgress = (total: number) => createProgress('bangumi-data', total)
  const { lastChanged, ...report } = await importBangumi(pool, { ...options, startProgress, invalidate })
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : reportText(report)}\n`)
}

/** What an operator can do something about, so the message alone is enough. */
const isExpected = (error: unknown): error is Error =>
  error instanceof MalformedJson ||
  error instanceof ImportOvertaken ||
  (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))

/** `import bangumi`: titles of other catalogues. Exit code 0 also with skipped rows; the report names them. */
export function importCommand(connect: () => Promise<BulkConnections>): Command {
  const command = new Command('import').description('bring in titles of other catalogues')
  command
    .command('bangumi')
    .description('bangumi-data: anime titles in several languages (CC-BY-4.0)')
    .option('--dry-run', 'compare and report, write nothing', false)
    .option('--json', 'print the report as JSON', false)
    .option('--batch <rows>', 'rows per transaction', wholeNumber(1, 5000), 500)
    .option('--file <path>', 'a data.json of bangumi-data instead of the packaged one', packagedBangumiFile())
    .addOption(todayOption())
    .action(async (options: Options) => {
      const connections = await connect()
      try {
        await run(connections, options)
      } catch (error) {
        if (!isExpected(error)) throw error
        command.error(`import bangumi: ${error.message}`)
      } finally {
        await connections.close()
      }
    })
  return command
}
