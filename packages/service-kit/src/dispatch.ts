import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Limits, mayAccess, type Viewer } from '@marquee/contracts'
import { failPoint } from '@marquee/faults'
import { ApiError, asApiError } from './api-error.js'
import { readBody } from './body.js'
import { createCall } from './call.js'
import { contextOf, pathOf } from './context.js'
import type { Endpoint } from './endpoint.js'
import { readHeaders, readParams } from './input.js'
import type { Logger } from './logger.js'
import { queryReader } from './query.js'
import type { Reply } from './reply.js'
import { createRouteTable, type Match, methodNotAllowed } from './route-table.js'
import { send, sendProblem } from './send.js'
import type { SystemRoute } from './system-routes.js'

export interface DispatchOptions {
  endpoints: Endpoint[]
  limits: Limits
  log: Logger
  /** Tells faults of stores and networks (503) from defects (500). */
  isOutage(error: unknown): boolean
}

/** An endpoint with everything about it that does not depend on the request. */
interface Prepared {
  endpoint: Endpoint
  query: (search: string) => unknown
  headerNames: string[]
}

const nothing: Record<string, never> = Object.freeze({})

/** Answers what the endpoints answer; false when none has this path. */
export function createDispatch(options: DispatchOptions) {
  const table = createRouteTable<Prepared>()
  for (const endpoint of options.endpoints)
    table.add(endpoint.method, endpoint.path, {
      endpoint,
      query: queryReader(endpoint.query),
      headerNames: Object.keys(endpoint.headers?.shape ?? {}),
    })

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const path = pathOf(req)
    try {
      if (req.method === 'OPTIONS') return answerOptions(req, res, table.allow(path))
      const match = table.match(req.method as string, path)
      if (!match) return false
      contextOf(req).route = match.value.endpoint.path
      answer(req, res, match, options)
    } catch (error) {
      fail(req, res, error, options.isOutage)
    }
    return true
  }
}

function answerOptions(req: IncomingMessage, res: ServerResponse, allow: string | undefined): boolean {
  if (allow) send(req, res, { status: 204, headers: { allow } })
  return allow !== undefined
}

/** Without a body to wait for, everything up to the handler happens in this tick. */
function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { value: prepared, params }: Match<Prepared>,
  options: DispatchOptions,
): void {
  const call = readCall(req, res, prepared, params, options)
  const { body, bodyType, handle } = prepared.endpoint
  const reply = body
    ? readBody(req, body, bodyType ?? 'application/json', options.limits).then((value) => {
        call.body = value
        return handle(call)
      })
    : handle(call)
  const writes = prepared.endpoint.method !== 'GET'
  if (!(reply instanceof Promise || writes)) send(req, res, reply)
  else
    Promise.resolve(reply)
      .then((value) => (writes ? sendWritten(req, res, value) : send(req, res, value)))
      .catch((error: unknown) => fail(req, res, error, options.isOutage))
}

async function sendWritten(req: IncomingMessage, res: ServerResponse, reply: Reply): Promise<void> {
  if (reply.status < 300) await failPoint('request.answering')
  send(req, res, reply)
}

function readCall(
  req: IncomingMessage,
  res: ServerResponse,
  { endpoint, query, headerNames }: Prepared,
  params: Record<string, string>,
  { log }: DispatchOptions,
) {
  allowOnly(contextOf(req).caller.viewer, endpoint)
  const url = req.url as string
  const mark = url.indexOf('?')
  const input = {
    params: endpoint.params ? readParams(endpoint.params, params) : nothing,
    query: query(mark < 0 ? '' : url.slice(mark + 1)),
    headers: endpoint.headers ? readHeaders(endpoint.headers, headerNames, req.headers) : nothing,
  }
  return createCall(req, res, input, log, endpoint.operationId)
}

function allowOnly(viewer: Viewer | null, { access }: Endpoint): void {
  if (mayAccess(viewer, access)) return
  if (!viewer) throw new ApiError('unauthenticated', 'This needs a token.')
  throw new ApiError('forbidden', `This needs ${access === 'data' ? 'the scope' : 'the role'} ${access}.`)
}

export function fail(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  isOutage: (error: unknown) => boolean,
): void {
  const problem = asApiError(error, isOutage)
  if (problem.status >= 500) contextOf(req).cause = problem.cause ?? problem
  // Half an answer is out: only breaking the connection tells the client that it is not whole.
  if (res.headersSent) res.destroy()
  else sendProblem(req, res, problem)
}

/** The same for what every app answers beside its API; reads only. */
export function createSystemDispatch(
  routes: Record<string, SystemRoute>,
  isOutage: (error: unknown) => boolean,
) {
  const table = new Map(Object.entries(routes))
  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const path = pathOf(req)
    const route = table.get(path)
    if (!route) return false
    contextOf(req).route = path
    const run = async () => {
      if (req.method === 'OPTIONS') return { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } }
      if (req.method === 'GET' || req.method === 'HEAD') return route(req)
      throw methodNotAllowed(req.method as string, 'GET, HEAD, OPTIONS')
    }
    run()
      .then((reply) => send(req, res, reply))
      .catch((error: unknown) => fail(req, res, error, isOutage))
    return true
  }
}
