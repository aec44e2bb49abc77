import { type Db, type Pool, type Tx, transaction } from '@marquee/postgres'
import { type PublishedName, publishedTable } from './published.js'

/** How many rows, and a checksum that does not depend on their order. */
export interface Sum {
  rows: number
  checksum: bigint
}

/** The texts of the key's columns, in their order. */
export type Key = readonly string[]
/** The texts of all columns, in the order of `published`. */
export type Row = readonly (string | null)[]
/** By `keyText`. */
export type Rows = Map<string, Row>

export const keyText = (key: Key): string => JSON.stringify(key)
export const keyOf = (text: string): Key => JSON.parse(text)

// Both servers must write a value the same way, whatever their settings, before it can be compared as text.
const settings = `
  SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
  SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'`

/** Reads one server in the settings that make texts comparable. */
export const reading = <T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> =>
  transaction(pool, async (tx) => {
    await tx.query(settings)
    return await work(tx)
  })

const keyColumns = (table: PublishedName) => Object.keys(publishedTable(table).key)
const rowHash = (table: PublishedName) => `md5(ROW(${publishedTable(table).columns.join(', ')})::text)`
const bucketOf = (table: PublishedName) => `left(md5(ROW(${keyColumns(table).join(', ')})::text), 2)`
const dayOf = (table: PublishedName) => `${publishedTable(table).day}::date`
const onDay = (table: PublishedName) => {
  const { day } = publishedTable(table)
  return `${day} >= $1::date AND ${day} < $1::date + 1`
}
/** 64 bits of each row's hash, added up. */
const checksum = (hash: string) => `sum(('x' || left(${hash}, 16))::bit(64)::bigint::numeric)::text`

type SumRow = { part: string; rows: number; checksum: string }
const sums = (rows: SumRow[]): Map<string, Sum> =>
  new Map(rows.map((row) => [row.part, { rows: row.rows, checksum: BigInt(row.checksum) }]))

/** By UTC day, 2026-03-10. */
export async function daySums(db: Db, table: PublishedName): Promise<Map<string, Sum>> {
  const { rows } = await db.query(
    `SELECT part::text, count(*) AS rows, ${checksum('hash')} AS checksum
     FROM (SELECT ${dayOf(table)} AS part, ${rowHash(table)} AS hash FROM ${table}) AS hashed GROUP BY part`,
  )
  return sums(rows)
}

/** The rows of a day in 256 parts by their keys. */
export async function bucketSums(db: Db, table: PublishedName, day: string): Promise<Map<string, Sum>> {
  const { rows } = await db.query(
    `SELECT part, count(*) AS rows, ${checksum('hash')} AS checksum FROM
       (SELECT ${bucketOf(table)} AS part, ${rowHash(table)} AS hash FROM ${table} WHERE ${onDay(table)}) AS hashed
     GROUP BY part`,
    [day],
  )
  return sums(rows)
}

/** The hash of each row in some parts of a day, by `keyText`. */
export async function rowHashes(
  db: Db,
  table: PublishedName,
  day: string,
  buckets: readonly string[],
): Promise<Map<string, string>> {
  const key = keyColumns(table).map((column) => `${column}::text`)
  const { rows } = await db.query(
    `SELECT ARRAY[${key.join(', ')}] AS key, ${rowHash(table)} AS hash FROM ${table}
     WHERE ${onDay(table)} AND ${bucketOf(table)} = ANY($2)`,
    [day, buckets],
  )
  return new Map(rows.map((row) => [keyText(row.key), row.hash]))
}

/** Those of `keys` that are there. `lock` keeps them from changing until the transaction ends. */
export async function readRows(
  db: Db,
  table: PublishedName,
  keys: readonly Key[],
  lock: '' | 'FOR SHARE OF t' = '',
): Promise<Rows> {
  const { columns, key } = publishedTable(table)
  const types = Object.entries(key)
  const wanted = types.map(([column, type]) => `w.${column}::${type} = t.${column}`).join(' AND ')
  const { rows } = await db.query(
    `SELECT ARRAY[${types.map(([column]) => `t.${column}::text`).join(', ')}] AS key,
       ARRAY[${columns.map((column) => `t.${column}::text`).join(', ')}] AS values
     FROM unnest(${types.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS w (${types.map(([column]) => column).join(', ')})
     JOIN ${table} t ON ${wanted} ORDER BY ${types.map(([column]) => `t.${column}`).join(', ')} ${lock}`,
    types.map((_, index) => keys.map((values) => values[index])),
  )
  return new Map(rows.map((row) => [keyText(row.key), row.values]))
}

export const total = (days: Iterable<Sum>): Sum => {
  const all: Sum = { rows: 0, checksum: 0n }
  for (const { rows, checksum } of days) {
    all.rows += rows
    all.checksum += checksum
  }
  return all
}

export const sameSum = (a: Sum | undefined, b: Sum | undefined): boolean =>
  (a?.rows ?? 0) === (b?.rows ?? 0) && (a?.checksum ?? 0n) === (b?.checksum ?? 0n)

/** 16 hex digits. */
export const checksumText = ({ checksum }: Sum): string =>
  BigInt.asUintN(64, checksum).toString(16).padStart(16, '0')
