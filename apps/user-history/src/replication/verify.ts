import { type Comparison, compareTable } from './compare.js'
import type { Difference } from './differences.js'
import { keyWords } from './failing.js'
import { type Pair, type Patience, untilReplayed } from './follow.js'
import { comparedNames } from './published.js'
import { checksumText, type Sum } from './rows-store.js'

export interface Verdict {
  equal: boolean
  tables: Comparison[]
}

/** Waits until the replica has everything, then compares every published table but the heartbeat. @throws Refused, NotNow */
export async function verify(pair: Pair, patience: Patience): Promise<Verdict> {
  await untilReplayed(pair, patience)
  const tables: Comparison[] = []
  for (const table of comparedNames) {
    patience.tell(`comparing ${table}`)
    tables.push(await compareTable(pair, table, patience))
  }
  return { equal: tables.every(({ differences }) => differences.length === 0), tables }
}

const sumJson = (sum: Sum) => ({ rows: sum.rows, checksum: checksumText(sum) })

export const verdictJson = ({ equal, tables }: Verdict) => ({
  equal,
  tables: tables.map(({ table, primary, replica, differences, more }) => ({
    table,
    equal: differences.length === 0,
    primary: sumJson(primary),
    replica: sumJson(replica),
    differences,
    more,
  })),
})

const shownPerTable = 20

const value = (text: string | null) => (text === null ? 'null' : text)

const differenceWords = ({ day, key, kind, columns }: Difference): string => {
  const details = columns.map(
    ({ name, primary, replica }) =>
      `${name} is ${value(primary)} on the primary, ${value(replica)} on the replica`,
  )
  return `  ${day}  ${keyWords(key)}: ${kind}${details.length > 0 ? ` (${details.join('; ')})` : ''}`
}

function tableWords({ table, primary, differences, more }: Comparison): string[] {
  if (differences.length === 0) return [`${table}: ${primary.rows} rows, equal`]
  const left = differences.length - shownPerTable
  return [
    `${table}: ${differences.length}${more ? ' or more' : ''} rows differ`,
    ...differences.slice(0, shownPerTable).map(differenceWords),
    ...(left > 0 || more
      ? [`  ... and ${left > 0 ? `${left} more` : 'others'}; --json names ${differences.length}`]
      : []),
  ]
}

/** For people, line by line. */
export const verdictWords = ({ equal, tables }: Verdict): string =>
  [
    ...tables.flatMap(tableWords),
    equal
      ? 'the replica equals the primary'
      : 'THE REPLICA DIFFERS FROM THE PRIMARY. `replication resync` copies it anew.',
  ].join('\n')
