import { type AppTrace, isUuid } from '@marquee/contracts'
import { type Counters, executed } from '../counters-store.js'
import { hourOf } from '../ranking/decay.js'

type Effect = AppTrace['effects'][number]

const page = 1000
const perSubject = 20
const hourMs = 3_600_000

/**
 * What the counters have of events and subjects. The outbox forgets a fact once it is published; that a view was counted is kept as
 * long as its id (`ids:<hour>`), and told as an entry of the inbox.
 */
export async function trace(counters: Counters, ids: readonly string[]): Promise<AppTrace> {
  const [outbox, counted, effects] = [
    await traceOutbox(counters, new Set(ids)),
    await Promise.all(ids.filter(isUuid).map((id) => countedView(counters, id))),
    await Promise.all(ids.map((subject) => effectsOf(counters, subject))),
  ]
  return { outbox, inbox: counted.flat(), effects: effects.flat() }
}

async function effectsOf({ redis, key }: Counters, subject: string): Promise<Effect[]> {
  const pipeline = redis
    .pipeline()
    .hmget(key(`title:${subject}`), 'version', 'status')
    .hget(key('totals'), subject)
    .hget(key('told'), subject)
  const [[version, status], total, told] = (await executed(pipeline)) as [
    [string | null, string | null],
    string | null,
    string | null,
  ]
  return [
    { what: 'title', topic: 'content', subject, version: Number(version), state: status ? { status } : {} },
    { what: 'totals', topic: 'content.viewed', subject, version: null, state: { views: Number(total) } },
    { what: 'told', topic: 'content.stats', subject, version: Number(told), state: {} },
  ]
}

/** A view's id holds the time at which it was made, by the clock of an app; its hour is by Redis' clock. */
async function countedView({ redis, key }: Counters, id: string): Promise<AppTrace['inbox']> {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  const hour = hourOf(bytes.readUIntBE(0, 6))
  for (const near of [hour, hour - 1, hour + 1]) {
    const stored = await redis.getBuffer(key(`ids:${near}`))
    if (stored && holds(stored, bytes))
      return [{ eventId: id, consumer: 'view ids', receivedAt: new Date(near * hourMs).toISOString() }]
  }
  return []
}

function holds(stored: Buffer, id: Buffer): boolean {
  for (let at = stored.indexOf(id); at >= 0; at = stored.indexOf(id, at + 1)) if (at % 16 === 0) return true
  return false
}

/** The stream holds what is not confirmed yet; what the relay's group has read is being sent. */
async function traceOutbox({ redis, key }: Counters, ids: ReadonlySet<string>): Promise<AppTrace['outbox']> {
  const found: AppTrace['outbox'] = []
  const lastRead = await lastDelivered(redis, key('outbox'))
  for (let from = '-'; ; ) {
    const entries = await redis.xrange(key('outbox'), from, '+', 'COUNT', page)
    for (const [entry, flat] of entries) {
      const fields = Object.fromEntries(
        flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!]] : [])),
      )
      if (!ids.has(fields.id!) && !ids.has(fields.subject!)) continue
      found.push({
        ...{ id: fields.id!, type: fields.type!, subject: fields.subject! },
        subjectVersion: Number(fields.version),
        time: new Date(Number(fields.ms)).toISOString(),
        state: isAtMost(entry, lastRead) ? 'claimed' : 'pending',
        ...{ claimedUntil: null, publishedAt: null },
      })
    }
    if (entries.length < page) break
    from = `(${entries.at(-1)![0]}`
  }
  return newest(found.reverse(), ids)
}

const newest = (rows: AppTrace['outbox'], ids: ReadonlySet<string>) =>
  rows.filter(
    (row, index) =>
      ids.has(row.id) ||
      rows.slice(0, index).filter(({ subject }) => subject === row.subject).length < perSubject,
  )

async function lastDelivered(redis: Counters['redis'], stream: string): Promise<string> {
  const groups = (await redis.xinfo('GROUPS', stream).catch(() => [])) as unknown[][]
  const relay = groups.map((flat) =>
    Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]]] : []))),
  )
  return String(relay.find(({ name }) => name === 'relay')?.['last-delivered-id'] ?? '0-0')
}

function isAtMost(entry: string, last: string): boolean {
  const [ms, n] = entry.split('-').map(Number) as [number, number]
  const [lastMs, lastN] = last.split('-').map(Number) as [number, number]
  return ms < lastMs || (ms === lastMs && n <= lastN)
}
