import type { Logger } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'
import { holdLease } from '../leader/lease-store.js'
import { prepare } from '../ranking/prepare.js'

/**
 * Drops every derived key and has the lists made anew from the buckets: by the running leader, or here when nobody leads.
 * Readers keep their copies meanwhile. Resolves once the new lists are there.
 */
export async function rebuild(
  counters: Counters,
  options: { log: Logger; length: number; timeoutMs?: number },
) {
  const { redis, key } = counters
  const lists = await redis.smembers(key('lists'))
  const derived = [
    'lists',
    'items:daily',
    'items:weekly',
    'items:monthly',
    ...lists.map((name) => `list:${name}`),
  ]
  await redis.unlink(derived.map(key))
  const generation = String(await redis.incr(key('generation')))

  const lease = holdLease({ counters, instance: 'rebuild', ttlMs: 3000, log: options.log })
  const deadline = Date.now() + (options.timeoutMs ?? 15_000)
  try {
    while ((await redis.hget(key('board'), 'generation')) !== generation) {
      const token = lease.token()
      if (token) await prepare(counters, token, null, { length: options.length })
      else await new Promise((resolve) => setTimeout(resolve, 50))
      if (Date.now() > deadline)
        throw new Error('nobody prepared the lists again in time: is a leader alive?')
    }
  } finally {
    await lease.stop()
  }
}
