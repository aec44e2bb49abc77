import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Caller, viewerHeader } from './viewer.js'

/** What is known of a request from its first byte on, whoever answers it in the end. */
export interface RequestContext {
  requestId: string
  traceparent: string | undefined
  caller: Caller
  startedAt: number
  /** The template, never the path: it labels metrics and log lines. */
  route: string
  /** What went wrong inside; for the log only. */
  cause: unknown
  bytes: number
}

export const contextKey = Symbol('marquee.context')
type Carrier = IncomingMessage & { [contextKey]?: RequestContext | undefined }

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/
const traceparentPattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export function beginContext(
  req: IncomingMessage,
  readCaller: (header: string | undefined) => Caller | null,
): RequestContext {
  const { headers } = req
  const id = headers['x-request-id'] as string | undefined
  const trace = headers.traceparent as string | undefined
  const context: RequestContext = {
    requestId: id !== undefined && requestIdPattern.test(id) ? id : randomUUID(),
    traceparent: trace !== undefined && traceparentPattern.test(trace) ? trace : undefined,
    caller: readCaller(headers[viewerHeader] as string | undefined) ?? anonymous(req),
    startedAt: performance.now(),
    route: 'none',
    cause: undefined,
    bytes: 0,
  }
  ;(req as Carrier)[contextKey] = context
  return context
}

const anonymous = (req: IncomingMessage): Caller => ({
  viewer: null,
  address: req.socket.remoteAddress ?? 'unknown',
})

/** The context of a request that came through the service's server. */
export function contextOf(req: IncomingMessage): RequestContext {
  const context = (req as Carrier)[contextKey]
  if (!context) throw new Error('the request did not come through the service server')
  return context
}

/** The path that was asked, without the query. */
export function pathOf(req: IncomingMessage): string {
  const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}

/** Aborted when the client leaves before its answer is complete. */
export function abortSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) controller.abort(new Error('the client left'))
  })
  return controller.signal
}

/** What a call to another app of ours carries on. */
export function forwardHeaders(req: IncomingMessage): Record<string, string> {
  const { requestId, traceparent } = contextOf(req)
  const viewer = req.headers[viewerHeader]
  return {
    'x-request-id': requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(typeof viewer === 'string' && { [viewerHeader]: viewer }),
  }
}
