import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@marquee/service-kit'
import type { mongo } from 'mongoose'
import { type Database, requireConnected } from '../database-store.js'
import type { LeaseDocument } from '../models-store.js'
import { isDuplicate } from '../outage.js'

/** Who leads. A dead or frozen leader is replaced after `ttlMs`; each taking over raises the epoch, renewing does not. */
export interface Lease {
  /** The epoch while we lead, else null. A process that was frozen past its lease sees null as soon as it thaws. */
  epoch(): number | null
  /** Gives the post up soon and seeks it no more for `ms`, so that another process gets it, if there is one. */
  standAside(ms: number): void
  /** Gives the post up, so that the next leader need not wait. */
  stop(): Promise<void>
}

interface Holding {
  holder: string
  epoch: number
}

const isFree = { $lte: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] }

/**
 * Takes the post if it is free by the server's clock. One write: of two that come at once, one finds it taken.
 * @returns the epoch, null while another holds it
 */
export async function takeLease(
  leases: mongo.Collection<LeaseDocument>,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<number | null> {
  const taking = {
    holder: { $cond: [isFree, holder, '$holder'] },
    epoch: { $cond: [isFree, { $add: [{ $ifNull: ['$epoch', 0] }, 1] }, '$epoch'] },
    until: { $cond: [isFree, { $add: ['$$NOW', ttlMs] }, '$until'] },
  }
  try {
    const options = { upsert: true, returnDocument: 'after' } as const
    const found = await leases.findOneAndUpdate({ _id: name }, [{ $set: taking }], options)
    return found?.holder === holder ? found.epoch : null
  } catch (error) {
    if (isDuplicate(error)) return null
    throw error
  }
}

/** False: somebody else holds the post by now. */
export async function renewLease(
  leases: mongo.Collection<LeaseDocument>,
  name: string,
  { holder, epoch }: Holding,
  ttlMs: number,
): Promise<boolean> {
  const renewing = [{ $set: { until: { $add: ['$$NOW', ttlMs] } } }]
  return (await leases.updateOne({ _id: name, holder, epoch }, renewing)).matchedCount === 1
}

/** Frees the post for whoever comes next, if it is still ours. */
export const freeLease = (leases: mongo.Collection<LeaseDocument>, name: string, holding: Holding) =>
  leases.updateOne({ _id: name, ...holding }, [{ $set: { until: '$$NOW' } }])

export interface LeaseOptions {
  database: Database
  name: string
  instance: string
  ttlMs: number
  log: Logger
}

/** Seeks and keeps the post `name` until stopped. Errors of the store only end our lease; seeking goes on. */
export function holdLease({ database, name, instance, ttlMs, log }: LeaseOptions): Lease {
  const leases = () => requireConnected(database.connection).collection<LeaseDocument>('leases')
  const stopping = new AbortController()
  const { signal } = stopping
  let holding: Holding | null = null
  let validUntil = 0
  let asideMs: number | undefined

  async function step() {
    // The first connection is waited for elsewhere.
    if (!database.connection.db) return
    // Counted from before the question: the lease never looks longer here than it is in the store.
    const askedAt = performance.now()
    const before = holding
    if (holding && !(await renewLease(leases(), name, holding, ttlMs))) holding = null
    if (!holding) {
      // A name of its own for each attempt: an answer that was lost must not look like a lease of long ago.
      const holder = `${instance}@${randomUUID()}`
      const epoch = await takeLease(leases(), name, holder, ttlMs)
      holding = epoch === null ? null : { holder, epoch }
    }
    validUntil = askedAt + ttlMs
    if (before?.epoch !== holding?.epoch) log.info({ lease: name, epoch: holding?.epoch }, 'lease changed')
  }
  async function leave() {
    const last = holding
    holding = null
    asideMs = undefined
    if (last) await freeLease(leases(), name, last)
  }
  async function seek() {
    while (!signal.aborted) {
      const aside = asideMs
      const turn = aside === undefined ? step() : leave()
      await turn.catch((err: unknown) => log.warn({ err, lease: name }, 'lease not renewed'))
      const wait = aside ?? (holding ? ttlMs / 3 : Math.min(1000, ttlMs / 6))
      await delay(wait * (0.8 + Math.random() * 0.2), undefined, { signal }).catch(() => undefined)
    }
  }
  const seeking = seek()

  return {
    epoch: () => (asideMs === undefined && performance.now() < validUntil ? (holding?.epoch ?? null) : null),
    standAside(ms) {
      asideMs = ms
    },
    async stop() {
      stopping.abort()
      await seeking
      await leave()
    },
  }
}
