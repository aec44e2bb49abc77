import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { exits, print, withDatabase } from '../command-line.js'
import { reconcile } from './reconcile-store.js'

interface Options {
  json: boolean
  ids?: string
}

export const reconcileCommand = (): Command =>
  new Command('reconcile')
    .description('hold reviews, figures and votes against each other; 1 when they differ')
    .option('--json', 'print JSON', false)
    .option('--ids <file>', 'write the id of every stored review to a file, one per line')
    .action(({ json, ids: file }: Options) =>
      withDatabase(async (database) => {
        const ids: string[] = []
        const found = await reconcile(database, file ? { onId: (id) => ids.push(id) } : {})
        if (file) writeFileSync(file, ids.map((id) => `${id}\n`).join(''))
        const { agrees, ...figures } = found
        const lines = Object.entries(figures).map(
          ([name, value]) => `${name.padEnd(24)} ${Array.isArray(value) ? JSON.stringify(value) : value}`,
        )
        print(
          json,
          found,
          [...lines, agrees ? 'everything agrees' : 'THE REVIEWS DO NOT RECONCILE'].join('\n'),
        )
        return agrees ? exits.done : exits.differs
      }),
    )
