import { createHash } from 'node:crypto'
import type { TrendingPeriod } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import { listName } from './lists.js'
import { readList, type StoredList } from './ranking-store.js'

/** A copy younger than this is served as it is; a younger one than `refreshBehindMs` too, while a new one is fetched. */
const freshMs = 500
const refreshBehindMs = 1500
/** While the counters are down a copy is served this long, and says so; they are asked again after a pause. */
const outageMs = 60_000
const retryMs = 1000
/**
 * A reader waits so long for the counters: with a copy to fall back on, and without. A deadline of our own, since that of a command
 * begins only when those before it in its connection are through.
 */
const patienceMs = 500
const longestMs = 1000
/** Lists kept in this process; the one not asked for longest goes first. */
const copies = 500

export interface TrendingAnswer {
  bytes: Buffer
  /** Weak: answers that differ in `preparedAt` alone are the same list. */
  etag: string
  /** Milliseconds since the counters confirmed this copy; over 5 s only while they are down. */
  ageMs: number
}

interface Copy {
  version: string
  preparedAt: number
  confirmedAt: number
  failedAt: number
  items: Buffer
  /** End of the n-th item in `items`. */
  ends: number[]
  etags: Map<number, string>
  answers: Map<number, Buffer>
  refreshing: Promise<Copy> | null
}

const comma = Buffer.from(',')

/** The finished bytes of all items; a shorter list is a prefix of them. */
function joinItems(entries: NonNullable<StoredList['entries']>): Pick<Copy, 'items' | 'ends'> {
  const parts: Buffer[] = []
  const ends: number[] = []
  let length = 0
  entries.forEach(({ previousRank, item }, index) => {
    const head = Buffer.from(`{"rank":${index + 1},"previousRank":${previousRank},`)
    if (index > 0) parts.push(comma)
    parts.push(head, item)
    length += (index > 0 ? 1 : 0) + head.length + item.length
    ends.push(length)
  })
  return { items: Buffer.concat(parts), ends }
}

/** @throws Error that is an outage of the counters when `work` is not done after `ms`; it goes on. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Command timed out')), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const nothingYet = (now: number): Copy => ({
  version: '',
  preparedAt: now,
  confirmedAt: Number.NEGATIVE_INFINITY,
  failedAt: Number.NEGATIVE_INFINITY,
  items: Buffer.alloc(0),
  ends: [],
  etags: new Map(),
  answers: new Map(),
  refreshing: null,
})

/** Lists as finished bytes from this process, compared with the prepared ones at most twice a second per list. */
export function createTrendingReader(counters: Counters, clock: () => number = () => performance.now()) {
  const known = new Map<string, Copy>()

  function copyOf(list: string): Copy {
    const copy = known.get(list) ?? nothingYet(Date.now())
    known.delete(list)
    known.set(list, copy)
    if (known.size > copies) known.delete(known.keys().next().value as string)
    return copy
  }

  async function refresh(copy: Copy, list: string, period: TrendingPeriod): Promise<Copy> {
    const askedAt = clock()
    const stored = await readList(counters, list, period, copy.version)
    copy.confirmedAt = askedAt
    if (!stored) {
      if (copy.version === '') {
        copy.preparedAt = Date.now()
        copy.answers.clear()
      }
      return copy
    }
    if (stored.entries) {
      Object.assign(copy, joinItems(stored.entries), { version: stored.version })
      copy.etags.clear()
      copy.answers.clear()
    }
    if (stored.preparedAt !== copy.preparedAt) copy.answers.clear()
    copy.preparedAt = stored.preparedAt
    return copy
  }

  /** One refresh at a time per list. */
  function refreshed(copy: Copy, list: string, period: TrendingPeriod): Promise<Copy> {
    copy.refreshing ??= refresh(copy, list, period).finally(() => {
      copy.refreshing = null
    })
    return copy.refreshing
  }

  /** @throws what the driver throws when the counters are down and no copy of the last minute is here. */
  return async function read(asked: {
    period: TrendingPeriod
    origin?: string | undefined
    genre?: string | undefined
    limit: number
  }): Promise<TrendingAnswer> {
    const list = listName(asked.period, asked.origin, asked.genre)
    const copy = copyOf(list)
    const age = clock() - copy.confirmedAt
    if (age > outageMs) await within(longestMs, refreshed(copy, list, asked.period))
    else if (age >= refreshBehindMs && clock() - copy.failedAt >= retryMs)
      await within(patienceMs, refreshed(copy, list, asked.period)).catch(() => {
        copy.failedAt = clock()
      })
    else if (age >= freshMs) void refreshed(copy, list, asked.period).catch(() => undefined)
    return answer(copy, asked.limit, clock() - copy.confirmedAt)
  }
}

function answer(copy: Copy, limit: number, ageMs: number): TrendingAnswer {
  const count = Math.min(limit, copy.ends.length)
  const items = copy.items.subarray(0, copy.ends[count - 1] ?? 0)
  let etag = copy.etags.get(count)
  if (!etag) {
    etag = `W/"${createHash('sha256').update(items).digest('base64url').slice(0, 16)}"`
    copy.etags.set(count, etag)
  }
  let bytes = copy.answers.get(count)
  if (!bytes) {
    const tail = `],"next":null,"preparedAt":"${new Date(copy.preparedAt).toISOString()}"}`
    bytes = Buffer.concat([Buffer.from('{"items":['), items, Buffer.from(tail)])
    copy.answers.set(count, bytes)
  }
  return { bytes, etag, ageMs }
}
