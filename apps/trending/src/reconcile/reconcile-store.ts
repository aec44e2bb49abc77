import { type Check, checkOf, checksAgree } from '@marquee/service-kit'
import { stringify } from 'uuid'
import { type Counters, executed } from '../counters-store.js'
import { dayOf, hourOf } from '../ranking/decay.js'
import { keptHours } from '../ranking/prepare.js'
import { viewedIds } from '../ranking/ranking-store.js'
import { countersTime } from '../seed/seed-store.js'

export interface Reconciliation {
  checks: Check[]
  titles: number
  /** Sum of the titles' totals, and of what the buckets and `retired` hold. */
  totalViews: number
  bucketViews: number
  /** Distinct view ids within the hours that ids are kept, and the buckets of those hours. */
  storedIds: number
  bucketViewsOfKeptHours: number
  /** Ids stored twice: a view counted twice. */
  repeatedIds: number
  /** Events not yet confirmed by the broker. */
  outboxPending: number
  /** Titles and hours that do not agree, at most 20 of each. */
  titlesThatDiffer: { id: string; total: number; buckets: number; days: number }[]
  hoursThatDiffer: { hour: string; ids: number; buckets: number }[]
  agrees: boolean
}

/**
 * Holds stored view ids, totals and buckets against each other. Views that are counted meanwhile may fall between two reads, so a
 * difference must be found `attempts` times. `onId` gets every distinct stored id.
 */
export async function reconcile(
  counters: Counters,
  options: { attempts?: number; onId?: (id: string) => void } = {},
): Promise<Reconciliation> {
  for (let attempt = 1; ; attempt++) {
    const found = await once(counters)
    if (found.result.agrees || attempt >= (options.attempts ?? 3)) {
      if (options.onId) for (const id of found.ids) options.onId(stringify(Buffer.from(id, 'latin1')))
      return found.result
    }
  }
}

async function once(counters: Counters): Promise<{ result: Reconciliation; ids: Set<string> }> {
  const now = hourOf(await countersTime(counters))
  // The oldest hours are left out: ids expire by themselves, buckets when the leader retires them.
  const first = now - keptHours + 24
  const { ids, perHour, repeated } = await storedIds(counters, first, now)
  const titles = await titleSums(counters, first)

  const hours = [...new Set([...perHour.keys(), ...titles.perHour.keys()])].sort((a, b) => a - b)
  const hoursThatDiffer = hours
    .map((hour) => ({
      hour: `${new Date(hour * 3_600_000).toISOString().slice(0, 13)}Z`,
      ids: perHour.get(hour) ?? 0,
      buckets: titles.perHour.get(hour) ?? 0,
    }))
    .filter((row) => row.ids !== row.buckets)
  const uuids = repeated.map((id) => stringify(Buffer.from(id, 'latin1')))
  const checks = [
    checkOf('a view id is stored once', ids.size, uuids),
    checkOf('view ids against buckets, by hour', hours.length, hoursThatDiffer),
    checkOf('totals against buckets, by title', titles.count, titles.totalsDiffer),
    checkOf('days against buckets, by title', titles.count, titles.daysDiffer),
  ]
  const titlesThatDiffer = new Set([...titles.totalsDiffer, ...titles.daysDiffer])
  const result: Reconciliation = {
    checks,
    titles: titles.count,
    totalViews: titles.total,
    bucketViews: titles.buckets,
    storedIds: ids.size,
    bucketViewsOfKeptHours: [...titles.perHour.values()].reduce((sum, views) => sum + views, 0),
    repeatedIds: repeated.length,
    outboxPending: await counters.redis.xlen(counters.key('outbox')),
    titlesThatDiffer: [...titlesThatDiffer].slice(0, 20),
    hoursThatDiffer: hoursThatDiffer.slice(0, 20),
    agrees: checksAgree(checks),
  }
  return { result, ids }
}

async function storedIds(counters: Counters, first: number, last: number) {
  const ids = new Set<string>()
  const repeated: string[] = []
  const perHour = new Map<number, number>()
  for await (const { hour, bytes } of idsByHour(counters, first, last)) {
    for (const id of idsIn(bytes))
      if (ids.has(id)) repeated.push(id)
      else ids.add(id)
    perHour.set(hour, bytes.length / 16)
  }
  return { ids, perHour, repeated }
}

/** Stored view ids of every hour that has some; a day is asked for at once. */
export async function* idsByHour(
  { redis, key }: Counters,
  first: number,
  last: number,
): AsyncGenerator<{ hour: number; bytes: Buffer }> {
  for (let from = first; from <= last; from += 24) {
    const hours = Array.from({ length: Math.min(24, last - from + 1) }, (_, n) => from + n)
    const pipeline = redis.pipeline()
    for (const hour of hours) pipeline.getBuffer(key(`ids:${hour}`))
    const answers = (await executed(pipeline)) as (Buffer | null)[]
    for (const [i, bytes] of answers.entries()) if (bytes) yield { hour: hours[i]!, bytes }
  }
}

/** View ids, 16 bytes each, as text of one character per byte: half the memory of a UUID. */
export function* idsIn(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length; at += 16) yield bytes.toString('latin1', at, at + 16)
}

async function titleSums(counters: Counters, first: number) {
  const { redis, key } = counters
  const sums = { count: 0, total: 0, buckets: 0, perHour: new Map<number, number>() }
  const totalsDiffer: Reconciliation['titlesThatDiffer'] = []
  const daysDiffer: Reconciliation['titlesThatDiffer'] = []
  // Days are pruned whole, hours one by one: compare them where both are kept.
  const from = dayOf(first * 3_600_000) + 1
  for await (const ids of viewedIds(counters)) {
    // One transaction for each portion: the total and the buckets of a title are of one moment.
    const pipeline = redis.multi()
    for (const id of ids)
      pipeline
        .hget(key('totals'), id)
        .hget(key('retired'), id)
        .hgetall(key(`views:${id}`))
        .hgetall(key(`days:${id}`))
    const answers = await executed(pipeline)
    ids.forEach((id, i) => {
      const [total, retired, views, days] = answers.slice(i * 4, i * 4 + 4) as [
        string,
        string | null,
        Cells,
        Cells,
      ]
      const row = { id, total: Number(total), buckets: Number(retired ?? 0) + sum(views), days: sum(days) }
      sums.count++
      sums.total += row.total
      sums.buckets += row.buckets
      for (const [hour, n] of Object.entries(views))
        if (Number(hour) >= first)
          sums.perHour.set(Number(hour), (sums.perHour.get(Number(hour)) ?? 0) + Number(n))
      if (row.total !== row.buckets) totalsDiffer.push(row)
      if (sum(views, from * 24) !== sum(days, from)) daysDiffer.push(row)
    })
  }
  return { ...sums, totalsDiffer, daysDiffer }
}

type Cells = Record<string, string>
const sum = (cells: Cells, from = Number.NEGATIVE_INFINITY): number =>
  Object.entries(cells).reduce(
    (total, [at, views]) => (Number(at) >= from ? total + Number(views) : total),
    0,
  )
