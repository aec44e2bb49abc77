import type { Logger } from '@marquee/service-kit'
import { type Counters, isLeaseLost } from '../counters-store.js'
import { type Board, prepare } from '../ranking/prepare.js'
import { tellStats } from '../stats/tell-stats.js'
import type { Lease } from './lease-store.js'
import { repeat } from './repeat.js'

export interface LeadNeeds {
  counters: Counters
  lease: Pick<Lease, 'token'>
  log: Logger
}

/** Who lost the lease in the middle of a turn has nothing to report: the next leader does the turn. */
const unlessLost = (error: unknown) => {
  if (!isLeaseLost(error)) throw error
}

/** Prepares the lists while this process leads. */
export function startPreparing(
  needs: LeadNeeds & { everyMs: number; length: number; observe?: (seconds: number) => void },
) {
  const { counters, lease, everyMs, length, log, observe } = needs
  let board: Board | null = null
  return repeat({
    name: 'prepare trending',
    everyMs,
    log,
    async work() {
      const token = lease.token()
      // What is in memory is only right while nobody else takes from what changed.
      const known = token ? board : null
      board = null
      if (!token) return
      const began = performance.now()
      board = await prepare(counters, token, known, { length }).catch((error: unknown) => {
        unlessLost(error)
        return null
      })
      observe?.((performance.now() - began) / 1000)
    },
  })
}

/** Tells the catalogue what changed while this process leads. */
export function startTelling({ counters, lease, everyMs, log }: LeadNeeds & { everyMs: number }) {
  return repeat({
    name: 'content.stats',
    everyMs,
    log,
    async work() {
      const token = lease.token()
      if (token) await tellStats(counters, token).catch(unlessLost)
    },
  })
}
