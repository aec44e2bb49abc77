import type { Command } from 'commander'
import { migrateCommand } from './migrate-command.js'
import { rebuildCommand } from './rebuild/rebuild-command.js'
import { reconcileCommand } from './reconcile/reconcile-command.js'
import { seedCommand } from './seed/seed-command.js'
import { traceCommand } from './trace/trace-command.js'

/** Each connects only when it runs. */
export const commands = (): Command[] => [
  migrateCommand(),
  seedCommand(),
  rebuildCommand(),
  reconcileCommand(),
  traceCommand(),
]
