import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Database, requireConnected } from '../database-store.js'
import { freeLease, renewLease, takeLease } from '../leader/lease-store.js'
import type { LeaseDocument } from '../models-store.js'

/** A rebuild that was killed stands in the way for so long. */
const deadAfterMs = 6000
const waitMs = 15_000

/**
 * Runs `work` when nobody else does the same; waits for another for a while.
 * @throws Error in words when another is still at work then
 */
export async function alone<T>(
  { connection }: Database,
  name: 'rebuild-ratings' | 'rebuild-titles',
  work: () => Promise<T>,
  options: { waitMs?: number } = {},
): Promise<T> {
  const leases = requireConnected(connection).collection<LeaseDocument>('leases')
  const holder = `rebuild@${randomUUID()}`
  const until = performance.now() + (options.waitMs ?? waitMs)
  let epoch = await takeLease(leases, name, holder, deadAfterMs)
  while (epoch === null) {
    if (performance.now() > until)
      throw new Error('Another rebuild of this is at work. Wait until it is done, then run this again.')
    await delay(100)
    epoch = await takeLease(leases, name, holder, deadAfterMs)
  }
  const holding = { holder, epoch }
  const renew = () => void renewLease(leases, name, holding, deadAfterMs).catch(() => undefined)
  const renewing = setInterval(renew, deadAfterMs / 4)
  try {
    return await work()
  } finally {
    clearInterval(renewing)
    await freeLease(leases, name, holding).catch(() => undefined)
  }
}
