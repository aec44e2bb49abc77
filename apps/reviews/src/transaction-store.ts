import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@marquee/service-kit'
import { type Database, requireConnected, type Tx } from './database-store.js'
import { hasLabel, isOutage } from './outage.js'

// One moment for all reads; acknowledged only by majority and journal.
const settings = (timeoutMs: number) => ({
  readConcern: { level: 'snapshot' as const },
  writeConcern: { w: 'majority' as const, journal: true },
  readPreference: 'primary' as const,
  maxCommitTimeMS: timeoutMs,
})

const firstPauseMs = 4
const longestPauseMs = 250

/**
 * Runs `work` in a transaction until it is committed or `timeoutMs` are over. Work may run several times: whoever loses a race for a
 * document (two people reviewing one title) begins anew after a pause that grows and is drawn at random. The driver's own
 * `withTransaction` goes on for two minutes, which nobody waits for.
 * @throws what `work` throws; ApiError unavailable when it cannot be known whether the transaction was committed
 */
export async function transaction<T>(
  { connection }: Database,
  timeoutMs: number,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const until = performance.now() + timeoutMs
  requireConnected(connection)
  const session = await connection.startSession()
  try {
    for (let attempt = 0; ; attempt++) {
      session.startTransaction(settings(timeoutMs))
      try {
        const result = await work(session)
        await commit(session, until)
        return result
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined)
        if (!hasLabel(error, 'TransientTransactionError') || performance.now() > until) throw error
      }
      await delay(Math.random() * Math.min(firstPauseMs * 1.5 ** attempt, longestPauseMs))
    }
  } finally {
    await session.endSession().catch(() => undefined)
  }
}

/** A commit may be repeated: it happens once. */
async function commit(session: Tx, until: number): Promise<void> {
  // Its caller was told 503 by now; better that it did not happen.
  if (performance.now() > until) throw outOfTime()
  for (;;) {
    try {
      await session.commitTransaction()
      return
    } catch (error) {
      if (!isUnknown(error)) throw error
      if (performance.now() > until) throw unknownOutcome(error)
      await delay(Math.random() * longestPauseMs)
    }
  }
}

/** The driver says so of what was lost on its way, but not of a repetition that found no connection any more. */
const isUnknown = (error: unknown): boolean =>
  hasLabel(error, 'UnknownTransactionCommitResult') ||
  (isOutage(error) && !hasLabel(error, 'TransientTransactionError'))

const outOfTime = () =>
  new ApiError('unavailable', 'It took too long, and nothing was changed; try again shortly.')

const unknownOutcome = (cause: unknown) =>
  new ApiError(
    'unavailable',
    'The reviews did not confirm in time, and whether it was done is not known: look before you repeat it, or repeat it with the same Idempotency-Key.',
    { cause },
  )
