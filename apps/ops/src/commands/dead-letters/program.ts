import { type Command, Option } from 'commander'
import { count, type Run } from '../events/program.js'
import { drop } from './drop.js'
import { list } from './list.js'
import { replay } from './replay.js'
import { show } from './show.js'

const codes = (one: string) => `
A message is named by the place where it was: topic/partition/offset.
Exit codes: 0 done; 1 ${one}, or Kafka does not answer; 2 wrong usage; 3 nothing runs on the data folder.`

/** `ops dead-letters ...`: messages that a consumer put aside, and what becomes of them. */
export function addDeadLetters(ops: Command, run: Run): void {
  const letters = ops
    .command('dead-letters')
    .description('messages that no consumer could do: list, show, replay, drop')
  const listCommand = letters
    .command('list')
    .description('each message that was put aside, once, the latest first')
    .option('--topic <topic>', 'only of this topic')
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'replayed', 'dropped']))
    .option('-n, --limit <n>', 'how many are named; the sums are of all', count, 100)
    .option('--json', 'as JSON')
    .addHelpText('after', codes('failed'))
  listCommand.action(() => run((config) => list(config, listCommand.opts()))())

  const showCommand = letters
    .command('show')
    .description('one message: why it was put aside, its headers and its body')
    .argument('<ref>', 'where it was')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('there is no such dead letter'))
  showCommand.action((ref: string) => run((config) => show(config, ref, showCommand.opts()))())

  const replayCommand = letters
    .command('replay')
    .description(
      'put messages back into their topics as they were; what is older than consumers remember is refused',
    )
    .argument('[ref...]', 'where they were')
    .option('--all', 'all that nothing was decided about')
    .option('--topic <topic>', 'with --all: only of this topic')
    .option('--again', 'also what was replayed or dropped before')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('a message was refused'))
  replayCommand.action((refs: string[]) => run((config) => replay(config, refs, replayCommand.opts()))())

  const dropCommand = letters
    .command('drop')
    .description('remember that messages are not to be put back')
    .argument('[ref...]', 'where they were')
    .option('--all', 'all that nothing was decided about')
    .option('--topic <topic>', 'with --all: only of this topic')
    .option('--again', 'also what was replayed or dropped before')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'as JSON')
    .addHelpText('after', codes('a message was refused, or the answer was no'))
  dropCommand.action((refs: string[]) => run((config) => drop(config, refs, dropCommand.opts()))())
}
