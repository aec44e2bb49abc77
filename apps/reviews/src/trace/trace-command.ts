import { Command } from 'commander'
import { exits, withDatabase } from '../command-line.js'
import { trace } from './trace-store.js'

/** `trace <id...>`: what reviews says of events, or of what they are about. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description('what the outbox and the collections say of events or subjects')
    .argument('<id...>', 'ids of events, or of what they are about')
    .option('--json', 'on one line', false)
    .action((ids: string[], { json }: { json: boolean }) =>
      withDatabase(async (database) => {
        console.log(JSON.stringify(await trace(database, ids), null, json ? 0 : 2))
        return exits.done
      }),
    )
