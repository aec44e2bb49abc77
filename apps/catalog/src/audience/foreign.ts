import { setTimeout as delay } from 'node:timers/promises'
import type { Log, Pool, Tx } from '@marquee/postgres'
import { ApiError } from '@marquee/service-kit'
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { firstToAnswer, foreignPool, places, retire } from './foreign-pool.js'
import { LateAnswer, onSession } from './on-session.js'
import { type Answered, isUnreachable } from './state-store.js'

export interface ForeignOptions {
  /** The catalogue's own database, which holds the foreign tables. */
  url: string
  /** From asking to the answer, the wait for a free connection included. */
  timeoutMs: number
  /** How often the servers are looked for while none answers, and the primary while its replica does. */
  lookEveryMs?: number
  log: Log
}

/** The analytics servers as the catalogue sees them, through its foreign tables. */
export interface Foreign {
  /**
   * Asks on a connection of a small pool of its own, so that other reads never wait for analytics servers that are dead or frozen.
   * @throws ApiError unavailable when there is no answer in time; after two failures in a row at once, until one answers again
   */
  ask<T extends Answered>(work: (db: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const failuresToOpen = 2
const retryAfterSeconds = 2

/**
 * Whether a server answers again is found out beside the requests, so none of them is the one to try. A session stays with the
 * server that it found: that the primary is back is found out there too, and new sessions take over.
 */
export function createForeign({ url, timeoutMs, lookEveryMs = 2000, log }: ForeignOptions): Foreign {
  const open = (place: string) => foreignPool({ url, place, timeoutMs, log })
  const breaker = circuitBreaker(handleWhen(isFailure), {
    breaker: new ConsecutiveBreaker(failuresToOpen),
    halfOpenAfter: 0,
  })
  const isDown = () => breaker.state !== CircuitState.Closed
  const closing = new AbortController()
  let sessions = open(places[0])
  let onReplica = false
  let watching: Promise<void> | undefined

  const takeOver = async (fresh: Pool) => {
    const old = sessions
    sessions = fresh
    await retire(old)
  }
  const find = (where: readonly string[]) => firstToAnswer(where.map((place) => () => open(place)))
  const look = async () => {
    const anyWillDo = isDown()
    // That the primary is not back says nothing of the replica that answers for it.
    const { pool, source } = await (anyWillDo
      ? breaker.execute(() => find(places))
      : find(places.slice(0, 1)))
    if (!anyWillDo && source === 'replica') return await pool.end()
    log.info({ source }, 'analytics server found')
    onReplica = source === 'replica'
    await takeOver(pool)
  }
  const watch = async () => {
    while (!closing.signal.aborted && (isDown() || onReplica)) {
      await look().catch((err: unknown) => log.debug({ err }, 'analytics server not found'))
      await delay(lookEveryMs, undefined, { signal: closing.signal }).catch(() => undefined)
    }
    watching = undefined
  }
  const startWatching = () => {
    watching ??= watch()
  }
  breaker.onBreak(() => {
    log.warn({}, 'analytics servers do not answer')
    startWatching()
  })

  return {
    async ask(work) {
      if (isDown()) throw unavailable('have not answered lately')
      try {
        const answer = await breaker.execute(() => onSession(sessions, timeoutMs, work))
        onReplica = answer.source === 'replica'
        if (onReplica) startWatching()
        return answer
      } catch (cause) {
        throw isFailure(cause) ? unavailable('do not answer', cause) : cause
      }
    },
    async close() {
      closing.abort()
      await watching
      await sessions.end()
    },
  }
}

const isFailure = (error: unknown): boolean => error instanceof LateAnswer || isUnreachable(error)

const unavailable = (what: string, cause?: unknown) =>
  new ApiError('unavailable', `The analytics servers ${what}; try again shortly.`, {
    cause,
    retryAfterSeconds,
  })
