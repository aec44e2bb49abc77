import { writeFileSync } from 'node:fs'
import { type Check, checksAgree, checkTable, writeFigures } from '@marquee/service-kit'
import { Command } from 'commander'
import { endProgress, exits, print, showProgress, withCounters } from '../command-line.js'
import { checkLists } from './check-lists.js'
import { figuresOf } from './figures-store.js'
import { type Reconciliation, reconcile } from './reconcile-store.js'

interface Options {
  json: boolean
  figures?: string
  /** True without a file. */
  ids?: string | true
}

const told = (checks: readonly Check[], { totalViews, storedIds, outboxPending }: Reconciliation): string =>
  [
    checkTable(checks),
    `${totalViews} views, ids of ${storedIds}; ${outboxPending} events wait for the broker`,
    checksAgree(checks) ? 'everything agrees' : 'THE COUNTERS DO NOT RECONCILE',
  ].join('\n')

export const reconcileCommand = (): Command =>
  new Command('reconcile')
    .description('hold view ids, totals, buckets, days and lists against each other; 1 when they differ')
    .option('--json', 'print JSON', false)
    .option('--figures <file>', 'also write what can be held against other apps, a line of JSON each')
    .option('--ids [file]', 'with the ids of views among the figures; or those of 34 days in a file of lines')
    .action(({ json, figures, ids }: Options) =>
      withCounters(async (counters, { limits }) => {
        const stored: string[] = []
        const onId = (id: string) => stored.push(id)
        const found = await reconcile(counters, typeof ids === 'string' ? { onId } : {})
        const progress = (titles: number) => showProgress(`${titles} titles read`)
        const lists = await checkLists(counters, { length: limits.trendingLength, progress })
        endProgress()
        if (typeof ids === 'string') writeFileSync(ids, stored.map((id) => `${id}\n`).join(''))
        if (figures) await writeFigures(figures, figuresOf(counters, { ids: ids !== undefined }))
        const checks = [...found.checks, lists]
        const agrees = checksAgree(checks)
        print(json, { ...found, checks, agrees }, told(checks, found))
        return agrees ? exits.done : exits.differs
      }),
    )
