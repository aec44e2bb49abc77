import { createPool, type Log, type Pool, type Tx } from '@marquee/postgres'
import { ApiError } from '@marquee/service-kit'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel'
import { LateAnswer, onSession } from './on-session.js'
import { type Answered, isUnreachable, readState } from './state-store.js'

export interface ForeignOptions {
  /** The catalogue's own database, which holds the foreign tables. */
  url: string
  /** From asking to the answer, the wait for a free connection included. */
  timeoutMs: number
  /** How often the first host is looked for while the second one answers. */
  returnEveryMs?: number
  log: Log
}

/** The analytics servers as the catalogue sees them, through its foreign tables. */
export interface Foreign {
  /**
   * Asks on a connection of a small pool of its own, so that other reads never wait for analytics servers that are dead or frozen.
   * @throws ApiError unavailable when there is no answer in time, and at once for a while after two failures in a row
   */
  ask<T extends Answered>(work: (db: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const connections = 2
const failuresToOpen = 2
const retryAfterSeconds = 2

export function createForeign({ url, timeoutMs, returnEveryMs = 5000, log }: ForeignOptions): Foreign {
  const settings = { name: 'catalog-foreign', max: connections, queryTimeoutMs: timeoutMs, log }
  const open = () => createPool({ url: withOwnPlans(url), ...settings })
  const breaker = circuitBreaker(handleWhen(isFailure), {
    breaker: new ConsecutiveBreaker(failuresToOpen),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5000 }),
  })
  let sessions = open()
  let looking: NodeJS.Timeout | undefined
  let closed = false

  /** postgres_fdw keeps a session on the host that it found; only new sessions begin with the first host again. */
  const lookForFirst = async () => {
    const fresh = open()
    const state = await onSession(fresh, timeoutMs, readState).catch(() => null)
    looking = undefined
    const found = state?.source === 'primary' && !closed
    const old = found ? sessions : fresh
    if (found) sessions = fresh
    else lookLater()
    await retire(old)
  }
  const lookLater = () => {
    if (closed) return
    looking ??= setTimeout(() => void lookForFirst(), returnEveryMs).unref()
  }

  return {
    async ask(work) {
      // Else it would wait for the one that tries whether they answer again.
      if (breaker.state === CircuitState.HalfOpen) throw unavailable('have not answered lately')
      try {
        const answer = await breaker.execute(() => onSession(sessions, timeoutMs, work))
        if (answer.source === 'replica') lookLater()
        return answer
      } catch (cause) {
        if (cause instanceof BrokenCircuitError) throw unavailable('have not answered lately', cause)
        if (isFailure(cause)) throw unavailable('do not answer', cause)
        throw cause
      }
    },
    async close() {
      closed = true
      clearTimeout(looking)
      await sessions.end()
    },
  }
}

/** A plan for all values does not know the limit, and then leaves it to this side. */
export function withOwnPlans(url: string): string {
  const own = new URL(url)
  own.searchParams.set('options', '-c plan_cache_mode=force_custom_plan')
  return own.href
}

const isFailure = (error: unknown): boolean => error instanceof LateAnswer || isUnreachable(error)

const unavailable = (what: string, cause?: unknown) =>
  new ApiError('unavailable', `The analytics servers ${what}; try again shortly.`, {
    cause,
    retryAfterSeconds,
  })

/** A pool that ends forgets who waits for a connection of it. */
async function retire(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await pool.end()
}
