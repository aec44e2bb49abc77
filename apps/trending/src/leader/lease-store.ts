import { randomUUID } from 'node:crypto'
import type { Logger } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'

/**
 * Who leads: relay, preparing and statistics belong to one process at a time. A dead or frozen leader is replaced after `ttlMs`
 * (its token says holder and epoch); whatever it still writes is refused, since the same script that writes compares the token.
 */
export interface Lease {
  holder: string
  /** The token to write with, null while another leads or the lease may have run out. */
  token(): string | null
  /** Gives the lease up soon and seeks it no more for `ms`, so that another process gets it, if there is one. */
  standAside(ms: number): void
  stop(): Promise<void>
}

export function holdLease(options: {
  counters: Counters
  instance: string
  ttlMs: number
  log: Logger
}): Lease {
  const { counters, instance, ttlMs, log } = options
  const holder = `${instance}@${randomUUID()}`
  let held: { token: string; until: number } | null = null
  let asideMs: number | undefined
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function renew() {
    // Counted from before the question: the lease never looks longer here than it is in Redis.
    const askedAt = performance.now()
    const token = (await counters.run('takeLease', holder, ttlMs)) as string | null
    if (token && token !== held?.token) log.info({ token }, 'leading')
    held = token ? { token, until: askedAt + ttlMs } : null
  }

  async function leave() {
    const last = held
    held = null
    asideMs = undefined
    if (last) await counters.run('releaseLease', last.token)
  }

  async function turn() {
    const aside = asideMs
    const done = aside === undefined ? renew() : leave()
    await done.catch((err: unknown) => log.warn({ err }, 'lease not renewed'))
    if (!stopped) timer = setTimeout(start, aside ?? ttlMs / 3)
  }
  const start = () => {
    running = turn()
  }
  let running = turn()

  return {
    holder,
    token: () => (held && asideMs === undefined && performance.now() < held.until ? held.token : null),
    standAside(ms) {
      asideMs = ms
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      // The next one need not wait for the lease to run out.
      await leave().catch(() => undefined)
    },
  }
}
