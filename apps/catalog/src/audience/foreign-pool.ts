import { createPool, type Log, type Pool } from '@marquee/postgres'
import { onSession } from './on-session.js'
import { type Answered, readState } from './state-store.js'

/** Schemas with the same foreign tables. The first asks the primary and then its replica, the second the other way round. */
export const places = ['analytics', 'analytics_fallback'] as const

const connections = 2
/** For one that is well this is an age. */
const lookTimeoutMs = 1000

interface PoolOptions {
  url: string
  place: string
  timeoutMs: number
  log: Log
}

export const foreignPool = ({ url, place, timeoutMs, log }: PoolOptions): Pool =>
  createPool({
    url: placeUrl(url, place),
    name: 'catalog-foreign',
    max: connections,
    queryTimeoutMs: timeoutMs,
    log,
  })

/**
 * A session that finds the foreign tables at one of the places. It plans each statement for its values: a plan for all values does
 * not know the limit, and then leaves it to this side.
 */
export function placeUrl(url: string, place: string): string {
  const own = new URL(url)
  own.searchParams.set('options', `-c search_path=${place},public -c plan_cache_mode=force_custom_plan`)
  return own.href
}

/** The first pool that gets an answer, with a session open for the next one; the others are closed. @throws what the last one said */
export async function firstToAnswer(pools: (() => Pool)[]): Promise<Answered & { pool: Pool }> {
  const [open, ...others] = pools
  if (!open) throw new Error('nobody to ask')
  const pool = open()
  try {
    return { ...(await onSession(pool, lookTimeoutMs, readState)), pool }
  } catch (error) {
    await pool.end()
    if (others.length === 0) throw error
    return await firstToAnswer(others)
  }
}

/** Ends a pool once nobody waits for a connection of it: those it would forget. */
export async function retire(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await pool.end()
}
