import { randomUUID } from 'node:crypto'
import { defaultLimits, world } from '@marquee/contracts'
import { createLogger } from '@marquee/service-kit'
import { openCounters } from '@marquee/trending/counters-store'
import { countView, createHashKey } from '@marquee/trending/view-store'
import type { Calls } from './calls.js'

/**
 * One view in the counters: the script that does all of it, and a MULTI of the three commands that count it, announce it and remember
 * its key (which looks for neither title nor viewer). Both on one auto-pipelined connection.
 */
export async function viewScripts(countersUrl: string) {
  const counters = openCounters({ url: countersUrl, purpose: 'request', log: createLogger('bench', 'fatal') })
  const { redis } = counters
  await new Promise((resolve) => redis.once('ready', resolve))
  const hashKey = await createHashKey(counters)()
  const ref = world.contents.lastFerry.id
  const limits = { ...defaultLimits }
  const script: Calls = {
    name: 'script',
    call: () =>
      countView(counters, hashKey, limits, { ref, address: '192.0.2.1', idempotencyKey: randomUUID() }),
  }
  const root = '{bench}'
  const multi: Calls = {
    name: 'MULTI',
    call: () =>
      redis
        .multi()
        .set(`${root}:key:${randomUUID()}`, 1, 'PX', 60_000, 'NX')
        .hincrby(`${root}:totals`, ref, 1)
        .xadd(`${root}:outbox`, 'MAXLEN', '~', 10_000, '*', 'id', randomUUID(), 'subject', ref)
        .exec(),
  }
  return {
    script,
    multi,
    async close() {
      await redis.del(`${root}:totals`, `${root}:outbox`)
      counters.close()
    },
  }
}
