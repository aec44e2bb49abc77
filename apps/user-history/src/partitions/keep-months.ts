import type { Logger, Metrics } from '@marquee/service-kit'
import { makeOnBoth, type Servers, unlessDown } from './ensure-months.js'
import { monthNamed, monthsAhead } from './months.js'
import {
  countStrays,
  type MonthlyTable,
  makeMonths,
  monthlyTableNames,
  monthsOf,
} from './partitions-store.js'

/** Beside the current month. */
const ahead = 3

/**
 * One round of the job: the current month and three more on both sides, and on the replica every month that the primary has, which
 * heals what was made while it was away. While it is down the primary's are put off, since with three months in hand nothing is lost by
 * waiting and each side's rows stay where they belong; once two or more are missing (a first start, or a replica that is away for a month) they are
 * made, because strays on the primary would be worse than strays on a copy.
 */
export async function keepMonths(
  servers: { primary: Servers['primary']; replica: Servers['primary'] },
  now: Date,
  log: Logger,
): Promise<void> {
  for (const table of monthlyTableNames) await keepMonthsOf(servers, table, now, log)
}

async function keepMonthsOf(
  { primary, replica }: { primary: Servers['primary']; replica: Servers['primary'] },
  table: MonthlyTable,
  now: Date,
  log: Logger,
): Promise<void> {
  const wanted = monthsAhead(now, ahead)
  const known = await monthsOf(primary, table)
  const mirrored = [...known].sort().map(monthNamed)
  if ((await unlessDown(makeMonths(replica, table, [...mirrored, ...wanted]))) !== null) {
    await makeMonths(primary, table, wanted)
    return
  }
  const missing = wanted.filter(({ name }) => !known.has(name)).map(({ name }) => name)
  log.warn({ table, missing }, 'the replica is down: its partitions are put off')
  if (missing.length > 1) await makeOnBoth({ primary, replica: null }, table, wanted)
}

/** Counts what lies in the default partitions of both sides: none, unless a month was missing. */
export function createStrayAlarm(metrics: Metrics, log: Logger) {
  const gauge = metrics.gauge(
    'marquee_partition_strays_rows',
    'Rows in a default partition, which no month took; counted by the leader of the jobs',
    ['table', 'server'],
  )
  return async (servers: { primary: Servers['primary']; replica: Servers['primary'] }): Promise<void> => {
    for (const table of monthlyTableNames)
      for (const server of ['primary', 'replica'] as const) {
        const rows = await unlessDown(countStrays(servers[server], table))
        if (rows === null) continue
        gauge.set({ table, server }, rows)
        if (rows > 0)
          log.warn(
            { table, server, rows },
            'rows lie in the default partition: `user-history months` makes theirs',
          )
      }
  }
}
