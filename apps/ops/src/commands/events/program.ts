import { type Command, InvalidArgumentError } from 'commander'
import type { Config } from '../../config.js'
import { lag } from './lag.js'
import { tail } from './tail.js'
import { topics } from './topics.js'
import { trace } from './trace.js'

export type Run = (work: (config: Config) => Promise<number>) => () => Promise<void>

const codes = (one: string) => `
Exit codes: 0 done; 1 ${one}, or Kafka does not answer; 2 wrong usage; 3 nothing runs on the data folder.`

export function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number')
}

/** `ops events ...`: what travels over Kafka, and how far it is. */
export function addEvents(ops: Command, run: Run): void {
  const events = ops
    .command('events')
    .description('facts on Kafka: how far consumers are, what travels, where one is')
  const lagCommand = events
    .command('lag')
    .description('each consumer group and topic: who is in it, where it is, what is not done yet')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('a group of ours has no member'))
  lagCommand.action(() => run((config) => lag(config, lagCommand.opts()))())

  const tailCommand = events
    .command('tail')
    .description('events as they come, one line each, until interrupted')
    .argument('[topic...]', 'all that are not for dead letters when left out')
    .option('--from-beginning', 'also what is there already')
    .option('--type <type>', 'only of this type, like content.viewed')
    .option('--subject <id>', 'only about this')
    .option('--body', 'with bodies')
    .option('--json', 'one object per line')
    .option('-n, --limit <n>', 'stop after so many', count)
    .addHelpText('after', codes('it broke off'))
  tailCommand.action((names: string[]) => run((config) => tail(config, names, tailCommand.opts()))())

  const topicsCommand = events
    .command('topics')
    .description('the topics as they should be, against those of the broker')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('something differs'))
  topicsCommand.action(() => run((config) => topics(config, topicsCommand.opts()))())

  const traceCommand = events
    .command('trace')
    .description('one event through outbox, topic, dead letters, inbox and effect')
    .argument('<id>', 'of an event; or of what events are about: then the latest 20')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('nobody knows the id'))
  traceCommand.action((id: string) => run((config) => trace(config, id, traceCommand.opts()))())
}
