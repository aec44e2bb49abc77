import { isOutage } from '@marquee/postgres'
import type { Logger } from '@marquee/service-kit'
import type { Pair } from './follow.js'
import { enableSubscription, readSubscription, type Subscription } from './subscription-store.js'

/** Tries at one place in the log, and how long to wait before each. After the last of them it goes on at its pace. */
const waitsMs = [0, 2000, 5000, 15_000, 60_000]

interface Watch {
  /** Errors counted when it was last seen at work: a person who stops it adds none. */
  errorsAtWork: number | null
  place: string | null
  attempts: number
  lastAt: number
}

/**
 * A subscription that stops at errors also stops when the connection to the primary breaks: a killed primary, a frozen one, a frozen
 * replica. Each round starts it again where that is so. What stops it at the same place every time is a row, which
 * waits for a person; even then it is tried once a minute, so that healing the row is enough.
 * @returns a round: true while the replica follows, false while it is stopped, null when it cannot be asked or was never set up
 */
export function createKeeper({ replica, names }: Pick<Pair, 'replica' | 'names'>, log: Logger) {
  const watch: Watch = { errorsAtWork: null, place: null, attempts: 0, lastAt: 0 }
  return async (): Promise<boolean | null> => {
    try {
      const found = await readSubscription(replica, names)
      if (!found) return null
      if (found.enabled) return atWork(watch, found)
      if (errorsOf(found) === (watch.errorsAtWork ?? 0)) return false
      if (!isDue(watch, found)) return false
      watch.attempts++
      watch.lastAt = performance.now()
      log[watch.attempts > 2 ? 'error' : 'warn'](
        { subscription: names.subscription, position: found.position, attempt: watch.attempts },
        'replication was stopped by an error, starting it again; `replication status` says more',
      )
      await enableSubscription(replica, names)
      return false
    } catch (error) {
      if (isOutage(error)) return null
      throw error
    }
  }
}

const errorsOf = ({ errors }: Subscription) => errors.apply + errors.sync

function atWork(watch: Watch, found: Subscription): boolean {
  if (found.worker !== null) watch.errorsAtWork = errorsOf(found)
  return found.worker !== null
}

/** Getting on makes it forget. */
function isDue(watch: Watch, { position }: Subscription): boolean {
  if (position !== watch.place) {
    watch.place = position
    watch.attempts = 0
  }
  const wait = waitsMs[Math.min(watch.attempts, waitsMs.length - 1)]!
  return performance.now() - watch.lastAt >= wait
}
