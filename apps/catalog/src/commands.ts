import type { Command } from 'commander'
import { type FederateConnections, federateCommand } from './federation/federate-command.js'
import { type BulkConnections, importCommand } from './import/import-command.js'
import { type RebuildConnections, rebuildCommand } from './projections/rebuild-command.js'
import { type ReconcileConnections, reconcileCommand } from './reconcile/reconcile-command.js'
import { seedCommand } from './seed/seed-command.js'
import { traceCommand } from './trace/trace-command.js'

export type CommandConnections = BulkConnections &
  FederateConnections &
  ReconcileConnections &
  RebuildConnections

/** Commands beside `migrate`. Each connects only when it runs. */
export const commands = (connect: () => Promise<CommandConnections>): Command[] => [
  federateCommand(connect),
  seedCommand(connect),
  importCommand(connect),
  traceCommand(connect),
  reconcileCommand(connect),
  rebuildCommand(connect),
]
