/** One change of a transaction, as the output plugin pgoutput tells it (protocol version 1). */
export interface Change {
  kind: 'insert' | 'update' | 'delete'
  /** Without its schema. */
  table: string
  /** The row as texts, by column; of a deletion, its key. */
  row: Record<string, string | null>
}

export interface SentTransaction {
  /** As ALTER SUBSCRIPTION ... SKIP takes it, e.g. 0/14C0378. */
  lsn: string
  finalLsn: bigint
  changes: Change[]
}

interface Relation {
  name: string
  columns: string[]
}

export const lsnText = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase()
export const lsnNumber = (text: string): bigint => {
  const [high, low] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

function reader(bytes: Buffer) {
  // The first byte is the message's tag.
  let at = 1
  /** The place of the next `size` bytes, which are taken. */
  const take = (size: number): number => {
    at += size
    return at - size
  }
  return {
    skip: (size: number) => void take(size),
    byte: () => String.fromCharCode(bytes[take(1)]!),
    int16: () => bytes.readInt16BE(take(2)),
    int32: () => bytes.readInt32BE(take(4)),
    int64: () => bytes.readBigUInt64BE(take(8)),
    text: () => {
      const size = bytes.indexOf(0, at) - at
      const start = take(size + 1)
      return bytes.toString('utf8', start, start + size)
    },
    chars: (size: number) => {
      const start = take(size)
      return bytes.toString('utf8', start, start + size)
    },
  }
}
type Reader = ReturnType<typeof reader>

function readRelation(from: Reader): [oid: number, relation: Relation] {
  const oid = from.int32()
  from.text()
  const name = from.text()
  from.skip(1)
  const columns: string[] = []
  for (let left = from.int16(); left > 0; left--) {
    from.skip(1)
    columns.push(from.text())
    from.skip(8)
  }
  return [oid, { name, columns }]
}

function readTuple(from: Reader, { columns }: Relation): Record<string, string | null> {
  const row: Record<string, string | null> = {}
  const count = from.int16()
  for (let index = 0; index < count; index++) {
    const kind = from.byte()
    if (kind === 't') row[columns[index]!] = from.chars(from.int32())
    // What is null in an old row may only be no part of its key; `u` is a long value that did not change.
    else if (kind === 'n') row[columns[index]!] = null
  }
  return row
}

const kinds: Record<string, Change['kind']> = { I: 'insert', U: 'update', D: 'delete' }

function readChange(kind: Change['kind'], from: Reader, relations: Map<number, Relation>): Change | null {
  const relation = relations.get(from.int32())
  if (!relation) return null
  let row: Record<string, string | null> = {}
  // An update may tell the old key before the new row.
  for (let part = from.byte(); ; part = from.byte()) {
    row = readTuple(from, relation)
    if (part === 'N' || kind === 'delete') break
  }
  return { kind, table: relation.name, row }
}

/** The transactions in a run of messages, in their order; the last may be cut short. */
export function readTransactions(messages: readonly Buffer[]): SentTransaction[] {
  const relations = new Map<number, Relation>()
  const transactions: SentTransaction[] = []
  for (const message of messages) {
    const tag = String.fromCharCode(message[0]!)
    const from = reader(message)
    if (tag === 'B') {
      const finalLsn = from.int64()
      transactions.push({ lsn: lsnText(finalLsn), finalLsn, changes: [] })
    } else if (tag === 'R') relations.set(...readRelation(from))
    else if (kinds[tag]) {
      const change = readChange(kinds[tag], from, relations)
      if (change) transactions.at(-1)?.changes.push(change)
    }
  }
  return transactions
}
