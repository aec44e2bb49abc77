import { isOutage, type Lease, type Pool } from '@marquee/postgres'
import type { Logger } from '@marquee/service-kit'
import { lockTitle } from '../progress/progress-store.js'
import { transactionAgain } from '../transaction-again.js'
import { closeIfIdle, findIdle, type Idle } from './play-store.js'

export interface SweepNeeds extends Idle {
  primary: Pool
  /** Only its holder sweeps. */
  lease: Lease
  log: Pick<Logger, 'error'>
}

const pageSize = 500

/**
 * Makes plays of the sessions that nobody ended. Each is a transaction of its own: what was killed in the middle goes on with the rest
 * the next time.
 * @returns how many
 * @throws when the database does not answer
 */
export async function sweepSessions(needs: SweepNeeds): Promise<number> {
  let closed = 0
  for (;;) {
    const found = await findIdle(needs.primary, needs, pageSize)
    let progress = 0
    for (const session of found) progress += Number(await closeOne(needs, session))
    closed += progress
    // A page of nothing but failures would come again and again.
    if (found.length < pageSize || progress === 0) return closed
  }
}

async function closeOne(
  { primary, lease, log, ...idle }: SweepNeeds,
  session: Awaited<ReturnType<typeof findIdle>>[number],
): Promise<boolean> {
  try {
    return await transactionAgain(primary, async (tx) => {
      await lockTitle(tx, session)
      // After waiting for others: the lease is not held up by them.
      return (await lease.guard(tx)) && (await closeIfIdle(tx, idle, session))
    })
  } catch (err) {
    if (isOutage(err)) throw err
    log.error({ err, session }, 'session not closed')
    return false
  }
}
