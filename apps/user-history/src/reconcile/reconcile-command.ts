import { Command } from 'commander'
import type { CommandConnections } from '../commands.js'
import { writeFigures } from './figures-store.js'
import { checksOf } from './present.js'
import { type Reconciliation, reconcile } from './reconcile-store.js'

const exits = { agreed: 0, differs: 1 } as const

export function reconcileCommand(connect: () => CommandConnections): Command {
  return new Command('reconcile')
    .description(
      'hold plays, audience, daily figures and progress against what they come from; 1 when they differ',
    )
    .option('--json', 'print JSON', false)
    .option('--figures <file>', 'write what other apps state too, one JSON line per figure')
    .action(async ({ json, figures }: { json: boolean; figures?: string }) => {
      const connections = connect()
      try {
        const found = await reconcile(connections.primary, showProgress)
        if (process.stderr.isTTY) process.stderr.write('\n')
        if (figures) await writeFigures(connections.primary, figures)
        console.log(json ? JSON.stringify({ checks: checksOf(found), ...found }) : told(found))
        process.exitCode = found.agrees ? exits.agreed : exits.differs
      } finally {
        await connections.close()
      }
    })
}

const showProgress = (checked: number) =>
  process.stderr.isTTY && process.stderr.write(`\r${checked} titles of viewers`)

const told = (found: Reconciliation): string =>
  [
    ...checksOf(found).flatMap(({ name, compared, differing, examples }) => [
      `${name.padEnd(34)} ${String(compared).padStart(9)} compared, ${differing} differ`,
      ...examples.map((one) => `  ${JSON.stringify(one)}`),
    ]),
    found.agrees ? 'everything agrees' : 'USER HISTORY DOES NOT RECONCILE',
  ].join('\n')
