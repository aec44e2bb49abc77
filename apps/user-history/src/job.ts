import { setTimeout as delay } from 'node:timers/promises'
import { isOutage, type Lease } from '@marquee/postgres'
import type { Background, Logger } from '@marquee/service-kit'

export interface JobOptions {
  name: string
  everyMs: number
  /** Only its holder works. */
  lease: Lease
  log: Logger
  work(): Promise<void>
}

/** How soon a new leader begins, where the job itself is rarer. */
const lookMs = 1000

/** Work at an interval, by one leader; a failure ends one round, not the job. */
export function job({ name, everyMs, lease, log, work }: JobOptions): Background {
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
    async stop() {
      stopping.abort()
      await running
    },
  }
}
