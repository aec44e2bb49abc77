import type { Tx } from '@marquee/postgres'
import { type Difference, describeDifference, differingKeys } from './differences.js'
import { type Pair, type Patience, untilReplayed } from './follow.js'
import type { PublishedName } from './published.js'
import { NotNow } from './refused.js'
import {
  bucketSums,
  daySums,
  keyOf,
  type Rows,
  reading,
  readRows,
  rowHashes,
  type Sum,
  sameSum,
  total,
} from './rows-store.js'

export interface Comparison {
  table: PublishedName
  /** As first read, so under writes they may differ although every row agrees. */
  primary: Sum
  replica: Sum
  differences: Difference[]
  /** There are more than are named. */
  more: boolean
}

/** So many rows are looked at one by one. */
const mostKeys = 5000
/** Hashes held in memory at once, of both sides together. */
const rowsPerPortion = 200_000
const rounds = 3
const passes = 3
/** Locked together, for as long as the replica needs to catch up: milliseconds. */
const lockedKeys = 50
const lockTries = 5

/**
 * Holds a table's rows against each other while both may be written: what differs at first may only be on its way, so those rows are
 * read again after the replica has caught up, and at last while nobody may change them on the primary. @throws Refused, NotNow
 */
export async function compareTable(
  pair: Pair,
  table: PublishedName,
  patience: Patience,
): Promise<Comparison> {
  for (let pass = 0; pass < passes; pass++) {
    const found = await compareSums(pair, table, patience)
    const differences = await thatStay(pair, table, found.keys, patience)
    const more = found.keys.length >= mostKeys
    const { primary, replica } = found
    if (differences.length > 0 || !more) return { table, primary, replica, differences, more }
  }
  throw new NotNow(`${table} changes faster than it can be compared. Run this again when less is written.`)
}

interface Suspects {
  primary: Sum
  replica: Sum
  keys: string[]
}

/** Days, then parts of days, then rows: a day that is equal is read once. */
async function compareSums(pair: Pair, table: PublishedName, patience: Patience): Promise<Suspects> {
  const primary = await reading(pair.primary, (tx) => daySums(tx, table))
  await untilReplayed(pair, patience)
  const replica = await reading(pair.replica, (tx) => daySums(tx, table))
  const keys = new Set<string>()
  for (const day of different(primary, replica)) {
    if (keys.size >= mostKeys) break
    patience.tell(`${table}: looking at ${day}`)
    await suspectsOfDay(pair, table, day, keys)
  }
  return { primary: total(primary.values()), replica: total(replica.values()), keys: [...keys] }
}

const different = (primary: Map<string, Sum>, replica: Map<string, Sum>): string[] =>
  [...new Set([...primary.keys(), ...replica.keys()])]
    .filter((part) => !sameSum(primary.get(part), replica.get(part)))
    .sort()

async function suspectsOfDay(
  pair: Pair,
  table: PublishedName,
  day: string,
  keys: Set<string>,
): Promise<void> {
  const both = <T>(read: (tx: Tx) => Promise<T>) =>
    Promise.all([reading(pair.primary, read), reading(pair.replica, read)])
  const [one, other] = await both((tx) => bucketSums(tx, table, day))
  const rowsOf = (bucket: string) => (one.get(bucket)?.rows ?? 0) + (other.get(bucket)?.rows ?? 0)
  for (const buckets of portions(different(one, other), rowsOf)) {
    if (keys.size >= mostKeys) return
    const [here, there] = await both((tx) => rowHashes(tx, table, day, buckets))
    for (const key of new Set([...here.keys(), ...there.keys()]))
      if (here.get(key) !== there.get(key)) keys.add(key)
  }
}

/** Reading a part reads the whole day, so as many parts at once as memory bears. */
function portions(buckets: string[], rowsOf: (bucket: string) => number): string[][] {
  const all: string[][] = []
  let room = 0
  for (const bucket of buckets) {
    if (rowsOf(bucket) > room || all.length === 0) {
      all.push([])
      room = rowsPerPortion
    }
    all.at(-1)!.push(bucket)
    room -= rowsOf(bucket)
  }
  return all
}

async function thatStay(
  pair: Pair,
  table: PublishedName,
  suspects: string[],
  patience: Patience,
): Promise<Difference[]> {
  let keys = suspects
  for (let round = 0; round < rounds && keys.length > 0; round++) {
    patience.tell(`${table}: looking again at ${keys.length} rows`)
    const primary = await reading(pair.primary, (tx) => readRows(tx, table, keys.map(keyOf)))
    await untilReplayed(pair, patience)
    const replica = await reading(pair.replica, (tx) => readRows(tx, table, keys.map(keyOf)))
    keys = differingKeys(keys, primary, replica)
  }
  const differences: Difference[] = []
  for (let start = 0; start < keys.length; start += lockedKeys)
    differences.push(...(await whileLocked(pair, table, keys.slice(start, start + lockedKeys), patience)))
  return differences
}

/** A row that changes many times a second is never seen alike on both sides; while it is locked it must be. */
async function whileLocked(
  pair: Pair,
  table: PublishedName,
  keys: string[],
  patience: Patience,
): Promise<Difference[]> {
  const wanted = keys.map(keyOf)
  const compare = () =>
    reading(pair.primary, async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '2s'`)
      const primary = await readRows(tx, table, wanted, 'FOR SHARE OF t')
      await untilReplayed(pair, patience)
      const replica = await reading(pair.replica, (other) => readRows(other, table, wanted))
      const still = differingKeys(keys, primary, replica)
      // What was not there could not be locked: it may have come since.
      const later: Rows = await readRows(tx, table, wanted)
      return still
        .filter((key) => primary.has(key) || !later.has(key))
        .map((key) => describeDifference(table, key, primary, replica))
    })
  for (let attempt = 1; ; attempt++) {
    try {
      return await compare()
    } catch (error) {
      const { code } = error as { code?: string }
      if ((code !== '55P03' && code !== '40P01') || attempt === lockTries) throw error
    }
  }
}
