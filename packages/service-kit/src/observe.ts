import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestContext } from './context.js'
import type { Logger } from './logger.js'

export type Observe = (method: string, route: string, status: number, ms: number) => void

const quiet = new Set(['/health/live', '/health/ready', '/metrics'])
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

/** One log line and one measurement per request, when its connection is done with it. */
export function observeRequest(
  req: IncomingMessage,
  res: ServerResponse,
  context: RequestContext,
  log: Logger,
  observe: Observe,
): void {
  res.on('close', () => {
    const ms = performance.now() - context.startedAt
    const method = methods.has(req.method as string) ? (req.method as string) : 'OTHER'
    const left = !res.writableFinished
    const status = left && !res.headersSent ? 499 : res.statusCode
    observe(method, context.route, status, ms)
    log[levelOf(status, context.route)]({
      method,
      route: context.route,
      status,
      ms: Math.round(ms * 10) / 10,
      requestId: context.requestId,
      bytes: context.bytes,
      ...(left && { left }),
      ...(context.cause !== undefined && { err: context.cause }),
    })
  })
}

function levelOf(status: number, route: string): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return status === 503 ? 'warn' : 'error'
  return quiet.has(route) ? 'debug' : 'info'
}
