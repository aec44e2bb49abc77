import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Viewer } from '@marquee/contracts'
import { abortSignal, contextOf, forwardHeaders } from './context.js'
import type { Call } from './endpoint.js'
import type { Logger } from './logger.js'

type AnyCall = Call<unknown, unknown, unknown, unknown, Viewer | null>

const state = Symbol('marquee.call')
interface Stateful extends AnyCall {
  [state]: { req: IncomingMessage; res: ServerResponse; log: Logger; operationId: string }
}

const keep = <T>(call: object, name: string, value: T): T => {
  Object.defineProperty(call, name, { value, enumerable: true })
  return value
}

/**
 * What few calls ask for is made when it is asked for. Shared by prototype: getters in an object literal would give each call a
 * hidden class of its own, and V8 keeps those, with the request they hold, until the next full collection (12 us per request).
 */
const lazy = {
  get log(): Logger {
    const { req, log, operationId } = (this as unknown as Stateful)[state]
    return keep(this, 'log', log.child({ requestId: contextOf(req).requestId, operation: operationId }))
  },
  get signal(): AbortSignal {
    return keep(this, 'signal', abortSignal((this as unknown as Stateful)[state].res))
  },
  get forward(): Record<string, string> {
    return forwardHeaders((this as unknown as Stateful)[state].req)
  },
}

export interface CallInput {
  params: unknown
  query: unknown
  headers: unknown
}

export function createCall(
  req: IncomingMessage,
  res: ServerResponse,
  { params, query, headers }: CallInput,
  log: Logger,
  operationId: string,
): AnyCall {
  const { caller, requestId, traceparent } = contextOf(req)
  const call = Object.create(lazy) as Stateful
  call.params = params
  call.query = query
  call.headers = headers
  call.body = undefined
  call.viewer = caller.viewer
  call.address = caller.address
  call.requestId = requestId
  call.traceparent = traceparent
  call[state] = { req, res, log, operationId }
  return call
}
