import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from } from 'pg-copy-streams'
import type { Tx } from './pool.js'

const rowsPerCopy = 5000
const copyTimeoutMs = 60_000

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (text: string): string => text.replace(/[\\\n\r\t]/g, (char) => escapes[char]!)

const arrayItem = (item: unknown): string =>
  item === null || item === undefined ? 'NULL' : `"${plain(item).replace(/["\\]/g, '\\$&')}"`

function plain(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  if (Array.isArray(value)) return `{${value.map(arrayItem).join(',')}}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const line = (row: readonly unknown[]): string =>
  `${row.map((value) => (value === null || value === undefined ? '\\N' : escaped(plain(value)))).join('\t')}\n`

/**
 * COPYs rows (values in the order of `columns`) in portions, each with a deadline of 60 s. Arrays become PostgreSQL arrays, other
 * objects JSON, Dates timestamps, Buffers bytea. Raises statement_timeout for the rest of the transaction.
 * @returns how many rows
 */
export async function copyRows(
  tx: Tx,
  table: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
): Promise<number> {
  await tx.query(`SET LOCAL statement_timeout = ${copyTimeoutMs}`)
  const target = `COPY ${table.split('.').map(identifier).join('.')} (${columns.map(identifier).join(', ')}) FROM STDIN`
  let count = 0
  for await (const portion of portions(rows)) {
    const stream = Object.assign(from(target), { query_timeout: copyTimeoutMs + 1000 })
    await pipeline(Readable.from(portion), tx.query(stream))
    count += stream.rowCount
  }
  return count
}

async function* portions(rows: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>) {
  let lines: string[] = []
  for await (const row of rows) {
    lines.push(line(row))
    if (lines.length < rowsPerCopy) continue
    yield chunks(lines)
    lines = []
  }
  if (lines.length > 0) yield chunks(lines)
}

/** Fewer, larger writes: a packet per line costs more than the line. */
function chunks(lines: string[]): Buffer[] {
  const out: Buffer[] = []
  for (let start = 0; start < lines.length; start += 200)
    out.push(Buffer.from(lines.slice(start, start + 200).join('')))
  return out
}
