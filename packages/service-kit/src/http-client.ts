import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import { ApiError, isNetworkOutage, wasNeverSent } from './api-error.js'
import type { Outcome } from './balance-rules.js'
import { createBalancer, type Turn } from './balancer.js'
import { type Instances, watchInstances } from './instances.js'

export interface HttpClientOptions {
  /** Of its instances; or who watches them already, for several clients, and is closed apart. */
  origins: readonly string[] | Instances
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
const maxRepeats = 2
const maxResponseBytes = 16 * 1_048_576
const outageStatuses = new Set([502, 503, 504])

/**
 * Calls to another app: shared among its instances, keep-alive, one deadline for everything. A refused connection goes to the next
 * instance at once, whatever the method; an idempotent call whose connection broke is repeated twice at most, elsewhere if possible.
 * An instance that is silent (no answer in time, 502, 503, 504) five times in a row is left out for a second. Any answer is returned.
 * @throws ApiError unavailable when there is no answer in time, at once while every instance is left out
 */
export function httpClient({ origins, name, timeoutMs, connections = 16 }: HttpClientOptions): HttpClient {
  const instances = 'all' in origins ? origins : watchInstances(origins)
  const balancer = createBalancer(instances)
  const pools = instances.all.map(
    ({ origin }) =>
      new Pool(origin, { connections, connect: { timeout: 1000 }, maxResponseSize: maxResponseBytes }),
  )
  async function request(outgoing: OutgoingRequest): Promise<Incoming> {
    const deadline = startDeadline(timeoutMs, outgoing.signal)
    try {
      const { signal } = deadline
      const attempt = ({ index }: Turn) => once(pools[index] as Pool, outgoing, signal)
      return await askInTurn(balancer.pick(), attempt, outgoing, signal)
    } catch (cause) {
      if (outgoing.signal?.aborted) throw cause
      const what = cause === leftOut ? 'has not answered lately' : 'does not answer'
      throw new ApiError('unavailable', `${name} ${what}; try again shortly.`, { cause })
    } finally {
      deadline.clear()
    }
  }
  return {
    request,
    get: (path, options) => request({ path, ...options }),
    async close() {
      if (instances !== origins) await instances.close()
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

const leftOut = new Error('every instance was silent too often')

async function askInTurn(
  first: Turn | null,
  attempt: (turn: Turn) => Promise<Incoming>,
  outgoing: OutgoingRequest,
  signal: AbortSignal,
): Promise<Incoming> {
  if (!first) throw leftOut
  const repeats = repeatable.has(outgoing.method ?? 'GET') ? maxRepeats : 0
  for (let turn = first; ; ) {
    try {
      const reply = await attempt(turn)
      turn.end(outageStatuses.has(reply.status) ? 'unable' : 'answered')
      return reply
    } catch (error) {
      const next = turn.next(outcomeOf(error, signal, outgoing.signal), repeats)
      if (!next) throw error
      // Nobody else is there: what was cut or refused a moment ago needs a moment.
      if (next.index === turn.index) await pause(next, signal)
      turn = next
    }
  }
}

async function pause(turn: Turn, signal: AbortSignal): Promise<void> {
  try {
    await wait(Math.random() * 100, undefined, { signal })
  } catch (error) {
    turn.end('left')
    throw error
  }
}

function outcomeOf(error: unknown, signal: AbortSignal, caller: AbortSignal | undefined): Outcome {
  if (caller?.aborted) return 'left'
  if (signal.aborted) return 'silent'
  if (wasNeverSent(error)) return 'refused'
  return isNetworkOutage(error) ? 'broken' : 'unable'
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
