import { type ProblemCode, problemCodes } from '@marquee/contracts'

export interface FieldError {
  /** `/title` (JSON pointer into the body), `?limit`, `{id}` or `header:if-match`. */
  pointer: string
  code: string
  message: string
}

export interface ApiErrorOptions {
  /** Goes to the log only. */
  cause?: unknown
  errors?: FieldError[]
  headers?: Record<string, string>
  /** Whole seconds; 429 and 503 say 1 when it is not given. */
  retryAfterSeconds?: number
}

/** The only error whose text a caller sees. `detail` is public: say what was wrong and what to do. */
export class ApiError extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly errors: FieldError[] | undefined
  readonly headers: Record<string, string>

  constructor(code: ProblemCode, detail: string, options: ApiErrorOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'ApiError'
    this.code = code
    this.status = problemCodes[code].status
    this.errors = options.errors
    this.headers = { ...defaultHeaders(code, options.retryAfterSeconds), ...options.headers }
  }
}

function defaultHeaders(code: ProblemCode, retryAfterSeconds?: number): Record<string, string> {
  const { status } = problemCodes[code]
  const waits = status === 429 || status === 503 || code === 'idempotency_key_in_use'
  if (waits || retryAfterSeconds !== undefined) return { 'retry-after': String(retryAfterSeconds ?? 1) }
  if (status === 401)
    return { 'www-authenticate': code === 'invalid_token' ? 'Bearer error="invalid_token"' : 'Bearer' }
  return {}
}

/** Faults of the network between us and a store or another app, whatever client reports them. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
])

export function isNetworkOutage(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if (networkCodes.has((e as NodeJS.ErrnoException).code ?? '')) return true
    if (e instanceof AggregateError && e.errors.some(isNetworkOutage)) return true
  }
  return false
}

const connectCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** There was no connection, so the other side has heard nothing: asking another is safe whatever was asked. */
export const wasNeverSent = (error: unknown): boolean =>
  connectCodes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')

/** What was thrown, as one of the closed set; the original stays in `cause` for the log. */
export function asApiError(error: unknown, isOutage: (error: unknown) => boolean): ApiError {
  if (error instanceof ApiError) return error
  if (isOutage(error) || isNetworkOutage(error))
    return new ApiError('unavailable', 'A part of the platform does not answer; try again shortly.', {
      cause: error,
    })
  return new ApiError('internal', 'Something failed on our side; it was recorded under this requestId.', {
    cause: error,
  })
}
