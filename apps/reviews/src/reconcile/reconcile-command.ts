import { writeFileSync } from 'node:fs'
import { checkTable, writeFigures } from '@marquee/service-kit'
import { Command } from 'commander'
import { exits, print, withDatabase } from '../command-line.js'
import { figuresOf } from './figures-store.js'
import { type Reconciliation, reconcile } from './reconcile-store.js'

interface Options {
  json: boolean
  figures?: string
  ids?: string
}

const told = ({ checks, reviews, hidden, votes, outboxPending, agrees }: Reconciliation): string =>
  [
    checkTable(checks),
    `${reviews} reviews, ${hidden} hidden, ${votes} votes; ${outboxPending} events wait for the broker`,
    agrees ? 'everything agrees' : 'THE REVIEWS DO NOT RECONCILE',
  ].join('\n')

export const reconcileCommand = (): Command =>
  new Command('reconcile')
    .description('hold reviews, figures, votes and facts against each other; 1 when they differ')
    .option('--json', 'print JSON', false)
    .option('--figures <file>', 'also write what can be held against other apps, a line of JSON each')
    .option('--ids <file>', 'write the id of every stored review to a file, one per line')
    .action(({ json, figures, ids: file }: Options) =>
      withDatabase(async (database) => {
        const ids: string[] = []
        const found = await reconcile(database, file ? { onId: (id) => ids.push(id) } : {})
        if (file) writeFileSync(file, ids.map((id) => `${id}\n`).join(''))
        if (figures) await writeFigures(figures, figuresOf(database))
        print(json, found, told(found))
        return found.agrees ? exits.done : exits.differs
      }),
    )
