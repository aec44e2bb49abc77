import type { Pool } from '@marquee/postgres'
import type { Command } from 'commander'
import { type CommandConfig, readCommandConfig } from './config.js'
import { monthsCommand } from './partitions/months-command.js'
import { rebuildCommand } from './rebuild/rebuild-command.js'
import { reconcileCommand } from './reconcile/reconcile-command.js'
import { replicationCommand } from './replication/replication-command.js'
import { seedCommand } from './seed/seed-command.js'
import { traceCommand } from './trace/trace-command.js'

/** The environment, and the servers where the work is done; opened when a command runs, closed after it. */
export interface CommandConnections {
  primary: Pool
  /** Null where no URL is set. */
  replica: Pool | null
  config: CommandConfig
  close(): Promise<void>
}

/** Commands beside `migrate`: `replication ...`, `seed`, `reconcile`, `rebuild`, `months`, `trace`. Each connects only when it runs. */
export const commands = (connect: () => CommandConnections): Command[] => [
  replicationCommand(readCommandConfig),
  seedCommand(connect),
  reconcileCommand(connect),
  rebuildCommand(connect),
  monthsCommand(connect),
  traceCommand(connect),
]
