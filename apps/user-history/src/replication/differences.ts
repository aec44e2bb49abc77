import { type PublishedName, publishedTable } from './published.js'
import { type Key, keyOf, type Row, type Rows } from './rows-store.js'

export interface ColumnDifference {
  name: string
  primary: string | null
  replica: string | null
}

/** A row that is not the same on both servers. `day` is UTC; `columns` only where both have the row. */
export interface Difference {
  table: PublishedName
  day: string
  key: Record<string, string>
  kind: 'missing on the replica' | 'on the replica only' | 'different'
  columns: ColumnDifference[]
}

const longest = 80

/** A value as it is shown: a long text is only told of. */
const shown = (value: string | null | undefined): string | null => {
  if (value === null || value === undefined) return null
  return value.length > longest ? `(text of ${value.length} characters)` : value
}

const sameRow = (one: Row, other: Row) => one.every((value, index) => value === other[index])

/** `keys` whose rows are not the same. */
export const differingKeys = (keys: readonly string[], primary: Rows, replica: Rows): string[] =>
  keys.filter((key) => {
    const [one, other] = [primary.get(key), replica.get(key)]
    return one && other ? !sameRow(one, other) : one !== other
  })

export function describeDifference(
  table: PublishedName,
  keyText: string,
  primary: Rows,
  replica: Rows,
): Difference {
  const { columns, key, day } = publishedTable(table)
  const values: Key = keyOf(keyText)
  const [one, other] = [primary.get(keyText), replica.get(keyText)]
  const different = columns.flatMap((name, index) =>
    one && other && one[index] !== other[index]
      ? [{ name, primary: shown(one[index]), replica: shown(other[index]) }]
      : [],
  )
  return {
    table,
    day: ((one ?? other)?.[columns.indexOf(day ?? '')] ?? '').slice(0, 10),
    key: Object.fromEntries(Object.keys(key).map((column, index) => [column, values[index]!])),
    kind: !other ? 'missing on the replica' : !one ? 'on the replica only' : 'different',
    columns: different,
  }
}
