import type { Pool } from '@marquee/postgres'
import { Command } from 'commander'
import { trace } from './trace-store.js'

/** `trace <id...>`: what the catalogue's store says of events, or of what they are about. */
export const traceCommand = (connect: () => Promise<{ pool: Pool; close(): Promise<void> }>): Command =>
  new Command('trace')
    .description('what the outbox and the tables say of events or subjects')
    .argument('<id...>', 'ids of events, or of what they are about')
    .option('--json', 'on one line', false)
    .action(async (ids: string[], { json }: { json: boolean }) => {
      const { pool, close } = await connect()
      try {
        console.log(JSON.stringify(await trace(pool, ids), null, json ? 0 : 2))
      } finally {
        await close()
      }
    })
