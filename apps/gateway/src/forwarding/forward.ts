import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Limits } from '@marquee/contracts'
import {
  type ApiError,
  type Caller,
  contextOf,
  type Instances,
  type Metrics,
  viewerHeader,
} from '@marquee/service-kit'
import { type Destination, type UpstreamName, upstreamNames } from '../routes.js'
import { createGeneralLane } from './general-lane.js'
import { announcesBody, type OutgoingHeaders, outgoingHeaders } from './headers.js'
import { createHotLane } from './hot-lane.js'
import { hasSmallBody, readSmallBody } from './small-body.js'
import { createUpstream, type Upstream, upstreamFaults } from './upstream.js'

/** `fail` is called at most once, and only while nothing has been sent. */
export type Forward = (
  req: IncomingMessage,
  res: ServerResponse,
  request: { destination: Destination<UpstreamName>; query: string; caller: Caller },
  fail: (error: ApiError) => void,
) => void

const lanesTo = (upstream: Upstream, limits: Limits) => ({
  hot: createHotLane(upstream),
  general: createGeneralLane(upstream, limits),
})

/** What the hot lane is made for; the rest is rare and goes by the general one. */
const hotMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Passes requests on to the apps: reads and small writes by the hot lane, everything else by the general one.
 * @param callerHeader makes the signed header that tells an app who calls
 */
export function createForward(
  instances: Record<UpstreamName, Instances>,
  limits: Limits,
  metrics: Metrics,
  callerHeader: (caller: Caller) => string,
): { forward: Forward; close(): Promise<void> } {
  const faults = upstreamFaults(metrics)
  const open = (name: UpstreamName) => {
    const at = { name, instances: instances[name], timeoutMs: limits.upstreamTimeoutMs }
    return lanesTo(createUpstream(at, faults), limits)
  }
  const lanes = Object.fromEntries(upstreamNames.map((name) => [name, open(name)])) as Record<
    UpstreamName,
    ReturnType<typeof open>
  >

  const forward: Forward = (req, res, { destination, query, caller }, fail) => {
    const context = contextOf(req)
    context.route = destination.route
    const withBody = announcesBody(req.headers)
    const own: OutgoingHeaders = { 'x-request-id': context.requestId, [viewerHeader]: callerHeader(caller) }
    if (context.traceparent !== undefined) own.traceparent = context.traceparent
    const { hot, general } = lanes[destination.answeredBy]
    const request = {
      path: destination.path + query,
      headers: outgoingHeaders(req.headers, { own, withBody }),
      answer: ['x-request-id', context.requestId],
    }
    if (!hotMethods.has(req.method as string)) return general.forward(req, res, request, fail)
    if (!withBody) return hot.forward(req, res, { ...request, body: null }, fail)
    if (!hasSmallBody(req)) return general.forward(req, res, request, fail)
    readSmallBody(req, limits.bodyTimeoutMs, (error, body) => {
      if (error) fail(error)
      else hot.forward(req, res, { ...request, body }, fail)
    })
  }

  return {
    forward,
    close: async () => {
      for (const { general } of Object.values(lanes)) general.close()
      await Promise.all(Object.values(lanes).map(({ hot }) => hot.close()))
    },
  }
}
