import { Command } from 'commander'
import { exits, withCounters } from '../command-line.js'
import { trace } from './trace-store.js'

/** `trace <id...>`: what the counters say of events, or of what they are about. */
export const traceCommand = (): Command =>
  new Command('trace')
    .description('what the stream and the counters say of events or subjects')
    .argument('<id...>', 'ids of events, or of what they are about')
    .option('--json', 'on one line', false)
    .action((ids: string[], { json }: { json: boolean }) =>
      withCounters(async (counters) => {
        console.log(JSON.stringify(await trace(counters, ids), null, json ? 0 : 2))
        return exits.done
      }),
    )
