import type { ServerResponse } from 'node:http'
import { contextOf } from './context.js'
import type { Logger } from './logger.js'

export type Measure = (method: string, route: string, status: number, ms: number) => void

const quiet = new Set(['/health/live', '/health/ready', '/metrics'])
/** As nginx calls it; nobody receives it. */
const clientLeft = 499
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * One log line and one measurement per request, for when the connection is done with it. Returns one function for all requests:
 * a closure per request would be one more thing to collect.
 */
export function createObserver(log: Logger, measure: Measure): (res: ServerResponse) => void {
  return (res) => {
    const { req } = res
    const context = contextOf(req)
    const { route, requestId, bytes, cause } = context
    const duration = performance.now() - context.startedAt
    const method = methods.has(req.method as string) ? (req.method as string) : 'OTHER'
    const left = !res.writableFinished
    const status = left && !res.headersSent ? clientLeft : res.statusCode
    measure(method, route, status, duration)
    const ms = Math.round(duration * 10) / 10
    const line = { method, route, status, ms, requestId, bytes }
    if (left) Object.assign(line, { left })
    if (cause !== undefined) Object.assign(line, { err: cause })
    log[levelOf(status, route)](line)
  }
}

function levelOf(status: number, route: string): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return status === 503 ? 'warn' : 'error'
  return quiet.has(route) ? 'debug' : 'info'
}
