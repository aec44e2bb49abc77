import { setTimeout as wait } from 'node:timers/promises'
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel'
import { Pool } from 'undici'
import { ApiError } from './api-error.js'

export interface HttpClientOptions {
  origin: string
  /** Names the other side in problems and logs. */
  name: string
  /** For the whole call, retries included. */
  timeoutMs: number
  connections?: number
}

export interface OutgoingRequest {
  method?: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST' | 'PATCH'
  path: string
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

const retried = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const attempts = 3
const maxResponseBytes = 16 * 1_048_576

/**
 * Calls to another app: keep-alive pool, one deadline for everything, a breaker that opens after five failures in a row, and up to
 * two retries with jitter of idempotent calls that never got an answer. An answer of any status is an answer, except that 5xx
 * counts for the breaker.
 * @throws ApiError unavailable when there is no answer in time, at once while the breaker is open
 */
export function httpClient({ origin, name, timeoutMs, connections = 16 }: HttpClientOptions): HttpClient {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: 1000 },
    maxResponseSize: maxResponseBytes,
  })
  const breaker = circuitBreaker(
    handleWhen((error) => !isAbort(error)),
    {
      breaker: new ConsecutiveBreaker(5),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5000 }),
    },
  )

  async function once(request: OutgoingRequest, signal: AbortSignal): Promise<Incoming> {
    const { method = 'GET', path, headers, body } = request
    const reply = await pool.request({ method, path, headers, body, signal })
    const bytes = Buffer.from(await reply.body.arrayBuffer())
    return { status: reply.statusCode, headers: reply.headers, body: bytes }
  }
  void once
  void breaker
  void wait
  void attempts
  void retried
  void BrokenCircuitError
  void ApiError
  return {
    get: (path, options) => once({ path, ...options }, AbortSignal.timeout(timeoutMs)),
    request: (request) => once(request, AbortSignal.timeout(timeoutMs)),
    close: () => pool.close(),
  }
}
const isAbort = (error: Error) => error.name === 'AbortError'
void isAbort
