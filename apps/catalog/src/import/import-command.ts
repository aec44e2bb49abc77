import { type Origin, origins } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import { createProgress } from '@marquee/seed'
import { Command, InvalidArgumentError, Option } from 'commander'
import { packagedBangumiFile } from './bangumi-source.js'
import { dramaFields, WrongColumns } from './drama-columns.js'
import { MalformedCsv } from './drama-source.js'
import { importBangumi } from './import-bangumi.js'
import { importDramas } from './import-dramas.js'
import { ImportOvertaken } from './import-run-store.js'
import { MalformedJson } from './json-parts.js'
import { type ImportReport, reportText } from './report.js'

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

interface DramaCommandOptions extends Omit<Options, 'file'> {
  map?: string
  source: string
  origin: Origin
}

const startProgress = (name: string) => (total: number) => createProgress(name, total)

/** Runs one import between connecting and closing, and prints its report. */
async function report(
  command: Command,
  connect: () => Promise<BulkConnections>,
  json: boolean,
  work: (connections: BulkConnections) => Promise<ImportReport>,
): Promise<void> {
  const connections = await connect()
  try {
    const { lastChanged, ...told } = await work(connections)
    process.stdout.write(`${json ? JSON.stringify(told, null, 2) : reportText(told)}\n`)
  } catch (error) {
    if (!isExpected(error)) throw error
    command.error(`import: ${error.message}`)
  } finally {
    await connections.close()
  }
}

/** What an operator can do something about, so the message alone is enough. */
const isExpected = (error: unknown): error is Error =>
  error instanceof MalformedJson ||
  error instanceof MalformedCsv ||
  error instanceof WrongColumns ||
  error instanceof ImportOvertaken ||
  (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))

/** A name that runs and identities are kept under. */
function sourceName(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(text) || text === 'bangumi-data')
    throw new InvalidArgumentError('expected lower case letters, digits and hyphens, and no other source')
  return text
}

const common = (command: Command): Command =>
  command
    .option('--dry-run', 'compare and report, write nothing', false)
    .option('--json', 'print the report as JSON', false)
    .option('--batch <rows>', 'rows per transaction', wholeNumber(1, 5000), 500)
    .addOption(todayOption())

/** `import bangumi|dramas`: titles of other catalogues. Exit code 0 also with skipped rows; the report names them. */
export function importCommand(connect: () => Promise<BulkConnections>): Command {
  const command = new Command('import').description('bring in titles of other catalogues')
  common(command.command('bangumi'))
    .description('bangumi-data: anime titles in several languages (CC-BY-4.0)')
    .option('--file <path>', 'a data.json of bangumi-data instead of the packaged one', packagedBangumiFile())
    .action(({ json, ...options }: Options) =>
      report(command, connect, json, ({ pool, invalidate }) =>
        importBangumi(pool, { ...options, startProgress: startProgress('bangumi-data'), invalidate }),
      ),
    )
  common(command.command('dramas'))
    .description('a CSV list of dramas, with episodes made of counts and air days')
    .argument('<file>', 'the CSV file; its first line names the columns')
    .option('--map <field=column,...>', `which column says what: ${dramaFields.join(', ')}`)
    .option(
      '--source <name>',
      'names the list; its titles are known again under this name',
      sourceName,
      'dramas',
    )
    .addOption(new Option('--origin <origin>', 'of all titles').choices(origins).default('korean'))
    .action((file: string, { json, ...options }: DramaCommandOptions) =>
      report(command, connect, json, ({ pool, invalidate }) =>
        importDramas(pool, { ...options, file, startProgress: startProgress(options.source), invalidate }),
      ),
    )
  return command
}
