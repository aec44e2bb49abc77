import { createLogger } from '@marquee/service-kit'
import { readCommandConfig } from './config.js'
import { type Database, openDatabase, reached } from './database-store.js'

export const exits = { done: 0, differs: 1 } as const
export type CommandConfig = ReturnType<typeof readCommandConfig>

/** An index of a large collection, on a machine that does other things too. */
const statementTimeoutMs = 120_000
export const log: ReturnType<typeof createLogger> = createLogger('reviews-cli', 'fatal')

/** Opens MongoDB, runs the command, closes it. The answer is the exit code. */
export async function withDatabase(
  work: (database: Database, config: CommandConfig) => Promise<number>,
): Promise<void> {
  const config = readCommandConfig()
  const url = config.DATABASE_URL
  const database = openDatabase({ url, purpose: 'command', timeoutMs: statementTimeoutMs, log })
  try {
    await reached(database, 10_000)
    process.exitCode = await work(database, config)
  } finally {
    await database.close()
  }
}

export const print = (json: boolean, value: object, text: string): void =>
  console.log(json ? JSON.stringify(value) : text)

/** On a terminal alone; a pipe gets nothing but the answer. */
export const showProgress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}`)
}
export const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\n')
}
