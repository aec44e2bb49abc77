import { type Pool, query, sql } from '@marquee/postgres'
import type { ReplicationNames } from './names.js'
import { lsnNumber, readTransactions, type SentTransaction } from './pgoutput.js'
import { type PublishedName, published, publishedTable } from './published.js'

const most = 2000

// Looking takes nothing away. The limit of the function is looked at between transactions only.
const peek = sql(
  'slot.peek',
  `SELECT data FROM pg_logical_slot_peek_binary_changes($1, NULL, 500, 'proto_version', '1', 'publication_names', $2) LIMIT ${most}`,
)

/** The transaction that the replica would take in next; null when there is none, or the slot is in use or lost. */
export async function nextTransaction(
  primary: Pool,
  { slot, publication }: ReplicationNames,
  /** Up to where the replica has taken in everything. */
  position: string | null,
): Promise<SentTransaction | null> {
  const rows = await query<{ data: Buffer }>(primary, peek, [slot, publication]).catch((error: unknown) => {
    // In use; not in the state for it (lost); none there.
    if (['55006', '55000', '42704'].includes((error as { code?: string }).code ?? '')) return []
    throw error
  })
  const done = position === null ? 0n : lsnNumber(position)
  const all = readTransactions(rows.map(({ data }) => data))
  return all.find(({ finalLsn }) => finalLsn >= done) ?? null
}

export interface Collision {
  table: PublishedName
  key: Record<string, string>
}

/** The first row that the transaction inserts and the replica has already. */
export async function findCollision(replica: Pool, { changes }: SentTransaction): Promise<Collision | null> {
  for (const { kind, table, row } of changes) {
    if (kind !== 'insert' || !(table in published)) continue
    const name = table as PublishedName
    const columns = Object.entries(publishedTable(name).key)
    const where = columns.map(([column, type], index) => `${column} = $${index + 1}::${type}`).join(' AND ')
    const values = columns.map(([column]) => row[column] ?? '')
    const { rows } = await replica.query(`SELECT EXISTS (SELECT FROM ${name} WHERE ${where}) AS yes`, values)
    if (rows[0].yes)
      return {
        table: name,
        key: Object.fromEntries(columns.map(([column], index) => [column, values[index]!])),
      }
  }
  return null
}
