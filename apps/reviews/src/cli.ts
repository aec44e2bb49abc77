import { commandFailed } from '@marquee/service-kit'
import { Command } from 'commander'
import { commands } from './commands.js'

const program = new Command('reviews').description(
  'What reviews owns: its collections in MongoDB. Exit codes: 0 done, 1 failed or does not reconcile, 78 wrong environment.',
)
for (const command of commands()) program.addCommand(command)

program.parseAsync().catch((error: Error) => commandFailed(error, error.message))
