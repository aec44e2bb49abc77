import { Command } from 'commander'
import type { CommandConnections } from '../commands.js'
import { trace } from './trace-store.js'

/** `trace <id...>`: what this store says of events, or of what they are about. */
export const traceCommand = (connect: () => CommandConnections): Command =>
  new Command('trace')
    .description('what the inbox and the tables say of events or subjects')
    .argument('<id...>', 'ids of events, or of what they are about')
    .option('--json', 'on one line', false)
    .action(async (ids: string[], { json }: { json: boolean }) => {
      const { primary, close } = connect()
      try {
        console.log(JSON.stringify(await trace(primary, ids), null, json ? 0 : 2))
      } finally {
        await close()
      }
    })
