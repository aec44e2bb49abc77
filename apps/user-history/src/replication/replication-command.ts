import { createPool, isOutage, type Pool } from '@marquee/postgres'
import { ConfigError, createLogger } from '@marquee/service-kit'
import { Command, InvalidArgumentError } from 'commander'
import type { CommandConfig } from '../config.js'
import type { Pair, Patience } from './follow.js'
import { replicationNames } from './names.js'
import { showProgress } from './progress.js'
import { NotNow, Refused } from './refused.js'
import { resync, type SetupOptions, setup } from './setup.js'
import { readStatus } from './status.js'
import { statusJson, statusWords } from './status-words.js'
import { verdictJson, verdictWords, verify } from './verify.js'

const exits = { done: 0, failed: 1, refused: 2 } as const
/** Of one statement: a first copy, a checksum over millions of rows. */
const statementMs = 600_000
/** Whoever asks for the status waits no longer than this for a server that stopped in the middle of an answer. */
const statusMs = 20_000

const log = createLogger('user-history', 'fatal')

/** `replication setup|resync|status|verify`. `readConfig` is called when a command runs. */
export function replicationCommand(readConfig: () => CommandConfig): Command {
  const program = new Command('replication').description(
    'The replica of the analytics primary. Exit codes: 0 done, following, equal; 1 failed, not following, different; 2 a person must decide first; 78 wrong environment.',
  )
  program
    .command('setup')
    .description('roles, publication, subscription and the first copy; harmless when they are there')
    .option('--timeout <seconds>', 'how long the first copy may take', seconds, 900)
    .action(({ timeout }: { timeout: number }) =>
      run(statementMs, readConfig, async (pair, config, tell) => {
        await setup(pair, setupOptions(config, { timeoutMs: timeout * 1000, tell }))
        console.log('replication is set up, and the replica has everything the primary has')
        return exits.done
      }),
    )
  program
    .command('resync')
    .description('empty the tables of the replica and copy them anew, after its slot was lost')
    .option('--timeout <seconds>', 'how long the copy may take', seconds, 900)
    .action(({ timeout }: { timeout: number }) =>
      run(statementMs, readConfig, async (pair, config, tell) => {
        await resync(pair, setupOptions(config, { timeoutMs: timeout * 1000, tell }))
        console.log('the replica was copied anew, and has everything the primary has')
        return exits.done
      }),
    )
  program
    .command('status')
    .description('how far the replica is, in words; 1 when it does not follow')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) =>
      run(statusMs, readConfig, async (pair) => {
        const status = await readStatus(pair)
        const { names } = pair
        console.log(json ? JSON.stringify(statusJson(status, names)) : statusWords(status, names))
        return status.state === 'following' ? exits.done : exits.failed
      }),
    )
  program
    .command('verify')
    .description(
      'hold every row of both sides against each other; 1 when they differ, with table, day and key',
    )
    .option('--json', 'print JSON', false)
    .option('--timeout <seconds>', 'how long to wait for the replica to catch up', seconds, 60)
    .action(({ json, timeout }: { json: boolean; timeout: number }) =>
      run(statementMs, readConfig, async (pair, _config, tell) => {
        const verdict = await verify(pair, { timeoutMs: timeout * 1000, tell })
        console.log(json ? JSON.stringify(verdictJson(verdict)) : verdictWords(verdict))
        return verdict.equal ? exits.done : exits.failed
      }),
    )
  return program
}

async function run(
  queryTimeoutMs: number,
  readConfig: () => CommandConfig,
  work: (pair: Pair, config: CommandConfig, tell: Patience['tell']) => Promise<number>,
): Promise<void> {
  const config = readConfig()
  const progress = showProgress(process.stderr)
  const primary = open(config.DATABASE_URL, queryTimeoutMs)
  const replica = open(needed(config, 'REPLICA_URL'), queryTimeoutMs)
  try {
    process.exitCode = await work({ primary, replica, names: replicationNames }, config, progress.tell)
  } catch (error) {
    progress.end()
    process.exitCode = explain(error)
  } finally {
    progress.end()
    await Promise.all([primary.end(), replica.end()])
  }
}

/** @returns the exit code. @throws what is no message for people */
function explain(error: unknown): number {
  const { message } = error as Error
  if (error instanceof Refused || error instanceof NotNow) console.error(message)
  else if (isOutage(error))
    console.error(
      `An analytics server does not answer: ${message}\nStart both, then run this again; it goes on where it stopped.`,
    )
  else throw error
  return error instanceof Refused ? exits.refused : exits.failed
}

const open = (url: string, queryTimeoutMs: number): Pool =>
  createPool({
    ...{ url, name: 'user-history-replication', max: 4, log },
    ...{ queryTimeoutMs, idleTransactionMs: queryTimeoutMs },
  })

function setupOptions(config: CommandConfig, patience: Patience): SetupOptions {
  const missing = (['ANALYST_PASSWORD', 'FEDERATION_PASSWORD', 'REPLICATION_PASSWORD'] as const).filter(
    (name) => !config[name],
  )
  if (missing.length > 0) throw new ConfigError(missing.map((name) => `${name} is missing`))
  return {
    ...patience,
    primaryUrl: config.DATABASE_URL,
    passwords: {
      analyst: config.ANALYST_PASSWORD!,
      federation: config.FEDERATION_PASSWORD!,
      replication: config.REPLICATION_PASSWORD!,
    },
  }
}

function needed(config: CommandConfig, name: 'REPLICA_URL'): string {
  const value = config[name]
  if (!value) throw new ConfigError([`${name} is missing`])
  return value
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number of seconds from 1')
}
