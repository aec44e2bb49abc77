import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Limits } from '@marquee/contracts'
import { type ApiError, type Caller, contextOf, viewerHeader } from '@marquee/service-kit'
import type { Destination, UpstreamName } from '../routes.js'
import { createGeneralLane } from './general-lane.js'
import { announcesBody, type OutgoingHeaders, outgoingHeaders } from './headers.js'
import { createHotLane } from './hot-lane.js'
import { createUpstream } from './upstream.js'

/** `fail` is called at most once, and only while nothing has been sent. */
export type Forward = (
  req: IncomingMessage,
  res: ServerResponse,
  request: { destination: Destination; query: string; caller: Caller },
  fail: (error: ApiError) => void,
) => void

/**
 * Passes requests on to the apps. Plain reads go by the hot lane, everything else by the general one.
 * @param callerHeader makes the signed header that tells an app who calls
 */
export function createForward(
  origins: Record<UpstreamName, string>,
  limits: Limits,
  callerHeader: (caller: Caller) => string,
): { forward: Forward; close(): Promise<void> } {
  const lanes = Object.fromEntries(
    Object.entries(origins).map(([name, origin]) => {
      const upstream = createUpstream(name, origin, limits.upstreamTimeoutMs)
      return [name, { hot: createHotLane(upstream), general: createGeneralLane(upstream, limits) }]
    }),
  ) as Record<
    UpstreamName,
    { hot: ReturnType<typeof createHotLane>; general: ReturnType<typeof createGeneralLane> }
  >

  const forward: Forward = (req, res, { destination, query, caller }, fail) => {
    const context = contextOf(req)
    context.route = destination.route
    const withBody = announcesBody(req.headers)
    const own: OutgoingHeaders = { 'x-request-id': context.requestId, [viewerHeader]: callerHeader(caller) }
    if (context.traceparent !== undefined) own.traceparent = context.traceparent
    const isRead = (req.method === 'GET' || req.method === 'HEAD') && !withBody
    const { hot, general } = lanes[destination.upstream]
    const request = {
      path: destination.path + query,
      headers: outgoingHeaders(req.headers, { own, withBody }),
      answer: ['x-request-id', context.requestId],
    }
    ;(isRead ? hot : general).forward(req, res, request, fail)
  }

  return {
    forward,
    close: async () => {
      for (const { general } of Object.values(lanes)) general.close()
      await Promise.all(Object.values(lanes).map(({ hot }) => hot.close()))
    },
  }
}
