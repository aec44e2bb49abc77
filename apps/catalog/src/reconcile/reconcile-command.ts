import type { Namespace } from '@marquee/cache'
import type { Pool } from '@marquee/postgres'
import { checkTable, writeFigures } from '@marquee/service-kit'
import { Command } from 'commander'
import { figures } from './figures.js'
import { type Reconciliation, reconcile } from './reconcile.js'

export interface ReconcileConnections {
  pool: Pool
  /** The cached titles, once the cache answers; undefined where there is none. */
  cached(): Promise<Namespace | undefined>
  listingRefreshEveryMs: number
  close(): Promise<void>
}

interface Options {
  json?: boolean
  figures?: string
  checks: boolean
}

/** `reconcile`: exit code 0 everything agrees, 1 something differs. */
export const reconcileCommand = (connect: () => Promise<ReconcileConnections>): Command =>
  new Command('reconcile')
    .description(
      'hold projections, slugs and cached titles against what they are made of; 1 when they differ',
    )
    .option('--json', 'as JSON')
    .option('--figures <file>', 'write there what other apps keep too, a JSON line each')
    .option('--no-checks', 'figures alone')
    .action(async ({ json, figures: file, checks }: Options) => {
      const connections = await connect()
      try {
        if (file !== undefined) await writeFigures(file, figures(connections.pool))
        const found: Reconciliation = checks
          ? await reconcile({ ...connections, contents: await connections.cached() })
          : { checks: [], agrees: true, lagging: 0 }
        process.stdout.write(`${json ? JSON.stringify(found) : text(found)}\n`)
        if (!found.agrees) process.exitCode = 1
      } finally {
        await connections.close()
      }
    })

const text = ({ checks, lagging }: Reconciliation): string =>
  [checkTable(checks), ...(lagging > 0 ? [`figures of ${lagging} titles are newer than the list`] : [])].join(
    '\n',
  )
