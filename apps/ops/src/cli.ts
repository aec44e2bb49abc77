import { EngineError, StartError } from '@marquee/engines'
import { seedSizeNames } from '@marquee/seed'
import { Argument, Command, CommanderError, Option } from 'commander'
import { migrateApps, runAppCommand, seedApps } from './commands/app-commands.js'
import { addDeadLetters } from './commands/dead-letters/program.js'
import { down } from './commands/down.js'
import { engines } from './commands/engines.js'
import { addEvents } from './commands/events/program.js'
import { keys } from './commands/keys.js'
import { logs } from './commands/logs.js'
import { rebuild, rebuildable, rebuildHelp } from './commands/rebuild/rebuild.js'
import { reconcile, reconcileHelp } from './commands/reconcile/reconcile.js'
import { reset } from './commands/reset.js'
import { status } from './commands/status.js'
import { token } from './commands/token.js'
import { type Config, Instances, readConfig } from './config.js'
import { dev } from './dev/dev.js'
import { up } from './platform/up.js'
import { upDetached } from './platform/up-detached.js'
import { exitCodes, OpsError } from './problem.js'
import { principalNames } from './tokens.js'

interface Surroundings {
  /** The process that `up` must not outlive (npm), when there is one. */
  parent?: number | undefined
  /** Compiles what changed, for `dev`. */
  build?(): Promise<unknown>
}

const codes = `
Exit codes: 0 done; 1 failed; 2 wrong usage; 3 nothing runs on the data folder; 4 it runs and must be stopped first;
130 killed by a second Ctrl-C. migrate, seed, import, replication and rebuild pass on the code of the app that did the
work; 1 of "replication verify", reconcile and a dry rebuild: something differs.

The data folder is .data, or MARQUEE_DATA. NO_COLOR turns colours off.`

/** The operator's command line: runs one command and ends the process with its exit code. */
export async function main(args: string[], surroundings: Surroundings = {}): Promise<void> {
  let exitCode: number = exitCodes.ok
  const run = (work: (config: Config) => Promise<number>) => async () => {
    exitCode = await work(readConfig())
  }
  try {
    await program(run, surroundings).parseAsync(args, { from: 'user' })
  } catch (error) {
    exitCode = explain(error)
  }
  await new Promise((done) => process.stdout.write('', done))
  process.exit(exitCode)
}

const noBuild = () => Promise.reject(new Error('There is nothing here to compile with: use npm run dev.'))

type Run = (work: (config: Config) => Promise<number>) => () => Promise<void>

function program(run: Run, surroundings: Surroundings): Command {
  const ops = new Command('ops')
    .description('Runs Marquee on this machine: the engines, the apps, and what their operator needs.')
    .addHelpText('after', codes)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
  addPlatform(ops, run, surroundings)
  addQuestions(ops, run)
  addAppCommands(ops, run)
  addComparisons(ops, run)
  addEvents(ops, run)
  addDeadLetters(ops, run)
  return ops
}

function addPlatform(ops: Command, run: Run, { parent, build = noBuild }: Surroundings): void {
  const upCommand = ops
    .command('up')
    .description('start everything and stay in the foreground (npm start)')
    .option('-d, --detach', 'return when everything is ready; stop it with `down`')
    .addOption(instancesOption())
  upCommand.action(() =>
    run((config) => {
      const asked = { ...config, ...upCommand.opts<{ instances?: number }>() }
      return upCommand.opts().detach ? upDetached(asked) : up(asked, { parent })
    })(),
  )
  const devCommand = ops
    .command('dev')
    .description('like up, and compile and restart what changes (npm run dev)')
    .addOption(instancesOption())
  devCommand.action(() => run((config) => dev({ ...config, ...devCommand.opts() }, { parent, build }))())
  ops.command('down').description('stop everything in order').action(run(down))
  const resetCommand = ops
    .command('reset')
    .description('remove the data folder')
    .option('-y, --yes', 'do not ask')
  resetCommand.action(() => run((config) => reset(config, resetCommand.opts()))())
}

function addQuestions(ops: Command, run: Run): void {
  const statusCommand = ops
    .command('status')
    .description('every process, its state and health')
    .option('--json', 'as JSON')
  statusCommand.action(() => run((config) => status(config, statusCommand.opts()))())

  const enginesCommand = ops
    .command('engines')
    .description('get what the engines need, start nothing')
    .option('--json', 'as JSON')
  enginesCommand.action(() => run((config) => engines(config, enginesCommand.opts()))())

  ops
    .command('keys')
    .description('make the keys for apps that something else starts (docker compose)')
    .action(run(keys))

  const logsCommand = ops
    .command('logs')
    .argument('[name]', 'a process, or ops; all when left out')
    .description('print logs')
    .option('-f, --follow', 'go on until interrupted')
    .option('-n, --lines <count>', 'how many lines of each', wholeNumber, 50)
  logsCommand.action((name?: string) => run((config) => logs(config, name, logsCommand.opts()))())

  const tokenCommand = ops
    .command('token')
    .description('print a development token')
    .addOption(
      new Option('--role <role>', 'whose rights it has').choices(principalNames).makeOptionMandatory(),
    )
    .option('--sub <id>', 'subject, instead of the fixed one of the role')
    .option('--ttl <time>', 'lifetime, like 15m or 12h', '12h')
    .option('--json', 'as JSON')
  tokenCommand.action(() => run((config) => token(config, tokenCommand.opts()))())
}

function addAppCommands(ops: Command, run: Run): void {
  ops
    .command('migrate')
    .argument('[app]', 'catalog, user-history or reviews; all when left out')
    .argument('[args...]', 'up | down, and --count <n>')
    .description('bring the schemas up to date, or take one app’s migrations back')
    .allowUnknownOption()
    .action((app: string | undefined, args: string[]) =>
      run((config) => migrateApps(config, app === undefined ? args : [app, ...args]))(),
    )

  const seed = ops
    .command('seed')
    .description('seed titles, then views, viewers with their histories, and reviews; again is harmless')
    .addOption(
      new Option('--size <size>', 'how many titles: 100, 2,000, 20,000, 200,000')
        .choices(seedSizeNames)
        .makeOptionMandatory(),
    )
  seed.action(() => run((config) => seedApps(config, seed.opts().size))())

  ops
    .command('import')
    .argument('<source>', 'bangumi')
    .argument('[args...]', 'options of the importer, like --dry-run')
    .description('import titles; again changes nothing')
    .allowUnknownOption()
    .action((source: string, args: string[]) =>
      run((config) => runAppCommand(config, 'catalog', ['import', source, ...args]))(),
    )
}

function addComparisons(ops: Command, run: Run): void {
  ops
    .command('replication')
    .addArgument(new Argument('<what>').choices(['setup', 'status', 'verify', 'resync']))
    .argument(
      '[args...]',
      'options of it: --json of status and verify, --timeout <seconds> of setup and resync',
    )
    .description('the replica of the analytics server: make it, tell how it is, compare it, copy it anew')
    .allowUnknownOption()
    .action((what: string, args: string[]) =>
      run((config) => runAppCommand(config, 'user-history', ['replication', what, ...args]))(),
    )

  const reconcileCommand = ops
    .command('reconcile')
    .description('hold what the apps keep against itself, each other and the topic of views')
    .option('--ids', 'also the id of every view of the last 30 days')
    .option('--json', 'as JSON')
    .addHelpText('after', reconcileHelp)
  reconcileCommand.action(() => run((config) => reconcile(config, reconcileCommand.opts()))())

  const rebuildCommand = ops
    .command('rebuild')
    .addArgument(new Argument('<what>').choices(rebuildable))
    .description('make what is derived anew beside what is live, compare, and put it in its place')
    .option('--dry-run', 'only compare; 1 when something differs')
    .option('--json', 'as JSON')
    .addHelpText('after', rebuildHelp)
  rebuildCommand.action((what: (typeof rebuildable)[number]) =>
    run((config) => rebuild(config, what, rebuildCommand.opts()))(),
  )
}

const instancesOption = () =>
  new Option('--instances <count>', 'how many of each app, 1 to 9 (or MARQUEE_INSTANCES)').argParser(
    (text) => {
      const { success, data } = Instances.safeParse(text === '' ? undefined : text)
      if (success) return data
      throw new OpsError(`--instances takes a number from 1 to 9, not "${text}".`, {
        exitCode: exitCodes.usage,
      })
    },
  )

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new OpsError(`-n takes a whole number, not "${text}".`, { exitCode: exitCodes.usage })
}

/** One message for people; the exit code for scripts. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof OpsError) {
    console.error([error.message, error.advice].filter(Boolean).join('\n'))
    return error.exitCode
  }
  if (error instanceof EngineError || error instanceof StartError) {
    console.error(error.message)
    return exitCodes.failed
  }
  console.error(`Something unexpected happened: ${error instanceof Error ? error.message : String(error)}`)
  console.error('More is in the log: npm run ops -- logs ops')
  return exitCodes.failed
}
