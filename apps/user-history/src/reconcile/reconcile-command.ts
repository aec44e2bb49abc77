import { Command } from 'commander'
import type { CommandConnections } from '../commands.js'
import { type Reconciliation, reconcile } from './reconcile-store.js'

const exits = { agreed: 0, differs: 1 } as const

export function reconcileCommand(connect: () => CommandConnections): Command {
  return new Command('reconcile')
    .description(
      'hold plays, audience, daily figures and progress against what they come from; 1 when they differ',
    )
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const connections = connect()
      try {
        const found = await reconcile(connections.primary, showProgress)
        if (process.stderr.isTTY) process.stderr.write('\n')
        console.log(json ? JSON.stringify(found) : told(found))
        process.exitCode = found.agrees ? exits.agreed : exits.differs
      } finally {
        await connections.close()
      }
    })
}

const showProgress = (checked: number) =>
  process.stderr.isTTY && process.stderr.write(`\r${checked} titles of viewers`)

function told({ plays, audience, progress, analytics, agrees }: Reconciliation): string {
  const line = (name: string, what: string, found: { differing: number; differ: object[] }) => [
    `${name.padEnd(12)} ${what}, ${found.differing} differ`,
    ...found.differ.map((one) => `  ${JSON.stringify(one)}`),
  ]
  return [
    ...line('plays', `${plays.checked} of sessions`, plays),
    ...line('audience', `${audience.checked} titles`, audience),
    ...line('progress', `${progress.checked} titles of viewers`, progress),
    ...line('days', `${analytics.days} of titles, ${analytics.views} views`, analytics),
    agrees ? 'everything agrees' : 'USER HISTORY DOES NOT RECONCILE',
  ].join('\n')
}
