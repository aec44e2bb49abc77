import { setTimeout as delay } from 'node:timers/promises'
import type { Lease } from './lease.js'
import { isOutage } from './outage.js'
import type { Log } from './pool.js'

export interface JobOptions {
  name: string
  /** From the end of one round to the next. */
  everyMs: number
  /** Only its holder works. */
  lease: Lease
  log: Log
  work(): Promise<void>
}

/** How soon a new leader begins, at most, also where the job itself is rarer. */
const lookMs = 1000

/** Work at an interval, by one leader; a failure ends one round, not the job. A part of an app's background. */
export function job({ name, everyMs, lease, log, work }: JobOptions) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  /** Milliseconds until the next. */
  const round = async (): Promise<number> => {
    if (lease.epoch() === null) return Math.min(everyMs, lookMs)
    try {
      await work()
    } catch (err) {
      if (isOutage(err)) log.warn({ err, job: name }, 'job put off by an outage')
      else log.error({ err, job: name }, 'job failed')
    }
    return everyMs
  }
  const loop = async () => {
    while (!stopping.signal.aborted)
      await delay(await round(), undefined, { signal: stopping.signal }).catch(() => undefined)
  }
  return {
    name,
    start: () => {
      running = loop()
    },
    /** Resolves when the round that runs is done. */
    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}
