import type { Command } from 'commander'
import { type BulkConnections, importCommand } from './import/import-command.js'
import { seedCommand } from './seed/seed-command.js'

/** Commands beside `migrate`. Each connects only when it runs. */
export const commands = (connect: () => Promise<BulkConnections>): Command[] => [
  seedCommand(connect),
  importCommand(connect),
]
