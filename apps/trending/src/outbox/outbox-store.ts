import { setTimeout as wait } from 'node:timers/promises'
import type { EventRecord, Outbox } from '@marquee/events'
import { type Counters, isLeaseLost } from '../counters-store.js'
import type { Lease } from '../leader/lease-store.js'

const group = 'relay'

/** Longer than another process takes to look whether the lease is free; lists are not prepared meanwhile. */
const asideMs = 2500

/**
 * The stream as the relay's outbox. Its consumer group remembers what was read and not confirmed, so that nothing is lost with a
 * process: the next leader claims it first. Only the holder of the lease reads and removes.
 */
export function streamOutbox(options: {
  counters: Counters
  /** A connection of its own, since it waits in a blocking read. */
  blocking: Counters
  lease: Pick<Lease, 'token' | 'holder'> & Partial<Pick<Lease, 'standAside'>>
}): Outbox {
  const { counters, blocking, lease } = options
  const stream = counters.key('outbox')
  /** Event id to entry id, of what was claimed and not yet marked. */
  const entries = new Map<string, string>()
  /** The token of the last claim: what was claimed under another one is another's to send. */
  let claimedBy: string | null = null
  let last = '0-0'

  /** `nothing` when the lease was lost meanwhile. */
  async function asLeader<T>(nothing: T, work: (token: string) => Promise<T>): Promise<T> {
    const token = lease.token()
    if (!token) return nothing
    try {
      return await work(token)
    } catch (error) {
      if (isLeaseLost(error)) return nothing
      if (!String(error).includes('NOGROUP')) throw error
      await ensureGroup(counters)
      return nothing
    }
  }

  return {
    claim: (limit) =>
      asLeader<EventRecord[]>([], async (token) => {
        const claimed = (await counters.run('claimOutbox', token, lease.holder, limit)) as [
          string,
          string[],
        ][]
        if (claimedBy !== token) await counters.run('tidyConsumers', token, lease.holder)
        claimedBy = token
        for (const [entry] of claimed) if (isAfter(entry, last)) last = entry
        return claimed.map(([entry, fields]) => {
          const record = toRecord(fields)
          entries.set(record.id, entry)
          return record
        })
      }),
    async markPublished(records) {
      const marked = records.flatMap(({ id }) => entries.get(id) ?? [])
      if (marked.length > 0)
        await asLeader<unknown>(0, (token) => counters.run('markOutbox', token, ...marked))
      for (const { id } of records) entries.delete(id)
    },
    async waitForWork(ms) {
      if (!lease.token() || blocking.redis.status !== 'ready') return wait(Math.min(ms, 500))
      const answer = blocking.redis.xread(
        'COUNT',
        1,
        'BLOCK',
        Math.max(1, Math.floor(ms)),
        'STREAMS',
        stream,
        last,
      )
      // A frozen Redis answers nothing at all, not even that there is nothing.
      const timeout = new AbortController()
      await Promise.race([
        answer.catch(() => wait(Math.min(ms, 500), undefined, { signal: timeout.signal })),
        wait(ms + 1000, undefined, { signal: timeout.signal }),
      ]).catch(() => undefined)
      timeout.abort()
    },
    pending: () => counters.redis.xlen(stream),
    standAside: () => lease.standAside?.(asideMs),
    renew: async () => lease.token() === claimedBy,
    async oldestMs() {
      const [first] = await counters.redis.xrange(stream, '-', '+', 'COUNT', 1)
      const [seconds] = await counters.redis.time()
      return first ? Math.max(0, Number(seconds) * 1000 - Number.parseInt(first[0], 10)) : 0
    },
  }
}

/** The group reads from the first entry there is. */
export async function ensureGroup({ redis, key }: Counters): Promise<void> {
  await redis.xgroup('CREATE', key('outbox'), group, '0', 'MKSTREAM').catch((error: unknown) => {
    if (!String(error).includes('BUSYGROUP')) throw error
  })
}

const isAfter = (a: string, b: string): boolean => {
  const [aMs, aSeq] = a.split('-').map(Number) as [number, number]
  const [bMs, bSeq] = b.split('-').map(Number) as [number, number]
  return aMs > bMs || (aMs === bMs && aSeq > bSeq)
}

function toRecord(flat: string[]): EventRecord {
  const fields: Record<string, string> = {}
  for (let i = 0; i < flat.length; i += 2) fields[flat[i]!] = flat[i + 1]!
  const { type, id, subject, version, ms, body, trace } = fields as Record<string, string>
  return {
    id: id!,
    type: type!,
    schemaVersion: 1,
    time: new Date(Number(ms)).toISOString(),
    subject: subject!,
    subjectVersion: Number(version),
    producer: 'trending',
    ...(trace ? { traceparent: trace } : {}),
    body: body!,
  }
}
