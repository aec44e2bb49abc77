import { createLogger } from '@marquee/service-kit'
import { InvalidArgumentError } from 'commander'
import { cliConfig } from './config.js'
import { type Counters, connected, openCounters } from './counters-store.js'

export const exits = { done: 0, differs: 1 } as const
export type CommandConfig = ReturnType<typeof cliConfig>

/** Opens the counters, runs the command, closes them. The answer is the exit code. */
export async function withCounters(
  work: (counters: Counters, config: CommandConfig) => Promise<number>,
): Promise<void> {
  const config = cliConfig()
  const counters = openCounters({
    url: config.COUNTERS_URL,
    purpose: 'background',
    log: createLogger('trending-cli', 'fatal'),
  })
  try {
    await connected(counters)
    process.exitCode = await work(counters, config)
  } finally {
    counters.close()
  }
}

/** An option that is a whole number. */
export const between = (min: number, max: number) => (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InvalidArgumentError(`expected ${min} to ${max}`)
  return value
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
