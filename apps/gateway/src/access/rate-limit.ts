import type { Limits } from '@marquee/contracts'
import { ApiError, type Logger } from '@marquee/service-kit'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { RedisStore } from 'rate-limit-redis'
import { type SharedWindow, sharedWindow, type UnitCounter } from './shared-window.js'

/** Who a request counts for: a principal wherever it calls from, else an address (a /56 of IPv6: one household). */
export const rateKey = (sub: string | undefined, address: string): string =>
  sub === undefined ? `a:${ipKeyGenerator(address, 56)}` : `p:${sub}`

/** The library's store asks Redis for its script once, when it is made; here the first that finds Redis alive does. */
export function redisCounter(redis: Redis, windowMs: number): UnitCounter {
  const store = new RedisStore({
    prefix: 'rate:',
    sendCommand: (command, ...args) => redis.call(command as string, ...args) as Promise<never>,
  })
  store.windowMs = windowMs
  let loaded = false
  return {
    async increment(key) {
      if (!loaded) {
        store.incrementScriptSha = store.loadIncrementScript()
        await store.incrementScriptSha
        loaded = true
      }
      return store.increment(key)
    },
  }
}

/** `ratePerSecond` on average, `rateBurst` at once: a window as long as the burst takes to earn. */
export const rateWindow = ({ ratePerSecond, rateBurst }: Limits) => ({
  limit: rateBurst,
  windowMs: Math.max(1, Math.round((rateBurst / ratePerSecond) * 1000)),
})

export function rateLimitStore(redis: Redis | null, limits: Limits, log: Logger): SharedWindow {
  const { limit, windowMs } = rateWindow(limits)
  const alone: UnitCounter = { increment: async () => ({ totalHits: 0, resetTime: undefined }) }
  return sharedWindow({
    counter: redis ? redisCounter(redis, windowMs) : alone,
    limit,
    windowMs,
    onFailure: (error) => log.warn({ err: error }, 'rate limits are counted by this instance alone'),
  })
}

/**
 * Counts `more` further requests for one that was admitted: the answer does not wait for it, the next request feels it.
 * @param rateKey see `rateKey`
 */
export const createCharge =
  (store: SharedWindow) =>
  (rateKey: string, more: number): void => {
    for (let n = 0; n < more; n++) void store.increment(rateKey)
  }

/**
 * 429 with `RateLimit`, `RateLimit-Policy` (draft 8) and `Retry-After`.
 * @param keyOf see `rateKey`
 */
export function createRateLimit(
  store: Store,
  limits: Limits,
  keyOf: (req: Request) => string,
): RequestHandler {
  const { limit, windowMs } = rateWindow(limits)
  return rateLimit({
    limit,
    windowMs,
    store,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'default',
    keyGenerator: keyOf,
    // Its warnings are about set-ups that this one is not (no `req.ip`, no `trust proxy`), and cost a WeakMap per request.
    validate: false,
    handler: (_req, res, next) => {
      const seconds = Number(res.getHeader('retry-after') ?? 1)
      next(
        new ApiError('rate_limited', `At most ${limits.ratePerSecond} requests a second, ${limit} at once.`, {
          retryAfterSeconds: Math.max(1, seconds),
        }),
      )
    },
  })
}
