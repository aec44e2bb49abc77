import { isOutage, type Pool } from '@marquee/postgres'
import { type Month, monthsBetween } from './months.js'
import { type MonthlyTable, makeMonths } from './partitions-store.js'

/** `replica` is null where there is none, or where it shall be left out. */
export interface Servers {
  primary: Pool
  replica: Pool | null
}

/** Names of the months that were made, `2026-03`. `replica` is null where it was left out or could not be asked. */
export interface MonthsMade {
  primary: string[]
  replica: string[] | null
}

/**
 * Makes the missing monthly partitions from `from` to `to` (both included, UTC), subscriber first; rows of theirs that lie in the default
 * partition move into them. Safe to run twice and by several at once. A replica that is down does not hold up who has rows to write:
 * its default partition takes them, and the job moves them when it is back. @throws when the primary cannot be asked
 */
export const ensureMonths = (
  servers: Servers,
  table: MonthlyTable,
  from: Date,
  to: Date,
): Promise<MonthsMade> => makeOnBoth(servers, table, monthsBetween(from, to))

export async function makeOnBoth(
  { primary, replica }: Servers,
  table: MonthlyTable,
  months: readonly Month[],
): Promise<MonthsMade> {
  const there = replica && (await unlessDown(makeMonths(replica, table, months)))
  return { replica: there, primary: await makeMonths(primary, table, months) }
}

/** Null when the server could not be asked. */
export const unlessDown = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (isOutage(error)) return null
    throw error
  })
