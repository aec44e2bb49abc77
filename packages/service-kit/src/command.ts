import { exitCodeOf, report } from './config-error.js'

/** What commander answers with the usage and exit code 1, without our knowing commander. */
class WrongArgument extends Error {
  readonly code = 'commander.invalidArgument'
  readonly exitCode = 1
}

/** The argument of `migrate`. */
export function migrationDirection(text: string): 'up' | 'down' {
  if (text === 'up' || text === 'down') return text
  throw new WrongArgument('expected up or down')
}

/** How many migrations: 1 to 99,999. */
export function migrationCount(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new WrongArgument('expected a whole number from 1')
}

/**
 * Where a command's failure ends: told on stderr, then exit code 78 for a wrong configuration, 1 for anything else.
 * `text` is what to tell of the latter, all of it unless given.
 */
export function commandFailed(error: unknown, text: unknown = error): void {
  report(error, text)
  process.exitCode = exitCodeOf(error)
}
