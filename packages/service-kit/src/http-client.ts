import { setTimeout as wait } from 'node:timers/promises'
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel'
import { Pool } from 'undici'
import { ApiError, isNetworkOutage } from './api-error.js'

export interface HttpClientOptions {
  /** Of its instances, which take turns. */
  origins: readonly string[]
  /** Names the other side in problems. */
  name: string
  /** For the whole call, retries included. */
  timeoutMs: number
  connections?: number
}

export interface OutgoingRequest {
  method?: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST' | 'PATCH'
  path: string
  /** `call.forward` carries request id, trace and viewer on. */
  headers?: Record<string, string>
  body?: Buffer | string
  signal?: AbortSignal
}

export interface Incoming {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

export interface HttpClient {
  get(path: string, options?: { signal?: AbortSignal; headers?: Record<string, string> }): Promise<Incoming>
  request(request: OutgoingRequest): Promise<Incoming>
  close(): Promise<void>
}

const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const attempts = 3
const maxResponseBytes = 16 * 1_048_576
const outageStatuses = new Set([502, 503, 504])

/**
 * Calls to another app: keep-alive pool, one deadline for everything, up to two retries with jitter of idempotent calls whose
 * connection failed, and a breaker that opens after five failures in a row (no answer, 502, 503, 504). Any answer is returned.
 * @throws ApiError unavailable when there is no answer in time, at once while the breaker is open
 */
export function httpClient({ origins, name, timeoutMs, connections = 16 }: HttpClientOptions): HttpClient {
  const pools = origins.map(
    (origin) =>
      new Pool(origin, { connections, connect: { timeout: 1000 }, maxResponseSize: maxResponseBytes }),
  )
  let turn = 0
  const next = () => pools[turn++ % pools.length] as Pool
  /** Calls that our own caller gave up: nothing is said by them about the other side. */
  const givenUp = new WeakSet<object>()
  const breaker = circuitBreaker(
    handleWhen((error) => !givenUp.has(error)).orWhenResult((reply) =>
      outageStatuses.has((reply as Incoming).status),
    ),
    {
      breaker: new ConsecutiveBreaker(5),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5000 }),
    },
  )

  async function request(outgoing: OutgoingRequest): Promise<Incoming> {
    const deadline = startDeadline(timeoutMs, outgoing.signal)
    try {
      return await breaker.execute(() => withRetries(next, outgoing, deadline.signal, givenUp))
    } catch (cause) {
      if (outgoing.signal?.aborted) throw cause
      const what = cause instanceof BrokenCircuitError ? 'has not answered lately' : 'does not answer'
      throw new ApiError('unavailable', `${name} ${what}; try again shortly.`, { cause })
    } finally {
      deadline.clear()
    }
  }
  return {
    request,
    get: (path, options) => request({ path, ...options }),
    close: async () => void (await Promise.all(pools.map((pool) => pool.close()))),
  }
}

async function withRetries(
  next: () => Pool,
  outgoing: OutgoingRequest,
  signal: AbortSignal,
  givenUp: WeakSet<object>,
): Promise<Incoming> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(next(), outgoing, signal)
    } catch (error) {
      if (outgoing.signal?.aborted) givenUp.add(error as object)
      const again = repeatable.has(outgoing.method ?? 'GET') && isNetworkOutage(error)
      if (!again || signal.aborted || attempt >= attempts) throw error
      await wait(Math.random() * 50 * attempt, undefined, { signal })
    }
  }
}

async function once(pool: Pool, outgoing: OutgoingRequest, signal: AbortSignal): Promise<Incoming> {
  const { method = 'GET', path, headers, body } = outgoing
  const reply = await pool.request({ method, path, headers, body, signal })
  return {
    status: reply.statusCode,
    headers: reply.headers,
    body: Buffer.from(await reply.body.arrayBuffer()),
  }
}

/** AbortSignal.any would keep every finished call's signal alive as long as the caller's. */
function startDeadline(ms: number, caller: AbortSignal | undefined) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${ms} ms`)), ms)
  const giveUp = () => controller.abort(caller?.reason)
  if (caller?.aborted) giveUp()
  else caller?.addEventListener('abort', giveUp)
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', giveUp)
    },
  }
}
