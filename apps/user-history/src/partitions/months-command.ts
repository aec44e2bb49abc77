import { Command, InvalidArgumentError } from 'commander'
import type { CommandConnections } from '../commands.js'
import { ensureMonths } from './ensure-months.js'
import { type Month, monthNamed } from './months.js'
import { monthlyTableNames } from './partitions-store.js'

/** `months <from> [to]`: gives rows that lie in a default partition their months. */
export const monthsCommand = (connect: () => CommandConnections): Command =>
  new Command('months')
    .description('make monthly partitions on both analytics servers; rows that went astray move into them')
    .argument('<from>', 'first month, 2019-01', month)
    .argument('[to]', 'last month; left out: the first', month)
    .action(async (from: Month, to: Month = from) => {
      const { primary, replica, close } = connect()
      try {
        for (const table of monthlyTableNames) {
          const made = await ensureMonths({ primary, replica }, table, firstDay(from), firstDay(to))
          console.log(
            `${table}: ${words(made.primary)} on the primary, ${words(made.replica)} on the replica`,
          )
        }
      } finally {
        await close()
      }
    })

const firstDay = ({ from }: Month) => new Date(`${from}T00:00:00Z`)

function words(made: string[] | null): string {
  if (made === null) return 'nothing, as it does not answer,'
  return made.length === 0 ? 'nothing to make' : `made ${made.join(', ')}`
}

function month(text: string): Month {
  if (/^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(text)) return monthNamed(text)
  throw new InvalidArgumentError('expected a month like 2019-01')
}
