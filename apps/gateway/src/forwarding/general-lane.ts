import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, type Outcome } from '@marquee/service-kit'
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware'
import { announcesBody, isPassedBack, joinVary, type OutgoingHeaders } from './headers.js'
import { bodyTooSlow } from './small-body.js'
import { createTurningAgent, turnOf } from './turning-agent.js'
import { tooSlow, type Upstream, unreachable } from './upstream.js'

/** What one exchange needs while it runs; http-proxy hands around nothing but `req` and `res`. */
interface Exchange {
  path: string
  headers: OutgoingHeaders
  answer: string[]
  outgoing?: ClientRequest
  over: boolean
  stop(error: ApiError, outcome: Outcome): void
  finish(outcome: Outcome): boolean
}

export interface GeneralLane {
  /** Forwards any request, its body as it comes. `fail` is called once, and only while nothing has been sent. */
  forward(
    req: IncomingMessage,
    res: ServerResponse,
    request: { path: string; headers: OutgoingHeaders; answer: string[] },
    fail: (error: ApiError) => void,
  ): void
  close(): void
}

/** What has no body by nature is not forwarded with one that has no length: see `refuseStrayBody`. */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * http-proxy forwards a chunked body of DELETE or OPTIONS behind `content-length: 0`: the app would read that body as the next
 * request of the connection, which another caller's request may share.
 */
function refuseStrayBody(req: IncomingMessage): ApiError | null {
  if (!bodiless.has(req.method ?? '') || req.headers['transfer-encoding'] === undefined) return null
  return new ApiError('bad_request', `A ${req.method} request has no chunked body.`, {
    headers: { connection: 'close' },
  })
}

/** The lane of what is not for the hot one: large bodies, bodies without a length, odd methods. */
export function createGeneralLane(
  upstream: Upstream,
  { bodyTimeoutMs }: { bodyTimeoutMs: number },
): GeneralLane {
  const agent = createTurningAgent(upstream)
  const exchanges = new WeakMap<IncomingMessage, Exchange>()
  const proxy = createProxyMiddleware({
    // Where it really goes is decided when the connection is made.
    target: upstream.origins[0] as string,
    agent,
    // The path as it is, without a trip through `url.parse`.
    toProxy: true,
    // Both are silences of a socket; the deadline over the whole exchange is ours and fires first.
    proxyTimeout: upstream.timeoutMs + 1000,
    timeout: upstream.timeoutMs + bodyTimeoutMs + 1000,
    // Its own plugins log and answer in plain text, and build two URLs per request for it.
    ejectPlugins: true,
    plugins: [events(upstream, exchanges)],
  })

  return {
    forward(req, res, request, fail) {
      const refusal = refuseStrayBody(req)
      if (refusal) return fail(refusal)
      exchanges.set(req, watch(upstream, req, res, { ...request, bodyTimeoutMs }, fail))
      req.url = request.path
      req.headers = request.headers
      proxy(req, res).catch((error: unknown) =>
        exchanges.get(req)?.stop(unreachable(upstream, error), 'broken'),
      )
    },
    close: () => agent.destroy(),
  }
}

/** Deadlines: first for the body to arrive (408), then for the answer (503). And the client may leave at any time. */
function watch(
  upstream: Upstream,
  req: IncomingMessage,
  res: ServerResponse,
  request: { path: string; headers: OutgoingHeaders; answer: string[]; bodyTimeoutMs: number },
  fail: (error: ApiError) => void,
): Exchange {
  const late = () => exchange.stop(tooSlow(upstream), 'silent')
  const bodyLate = () => exchange.stop(bodyTooSlow(request.bodyTimeoutMs), 'left')
  let timer = announcesBody(req.headers)
    ? setTimeout(bodyLate, request.bodyTimeoutMs)
    : setTimeout(late, upstream.timeoutMs)
  req.once('end', () => {
    clearTimeout(timer)
    if (!exchange.over) timer = setTimeout(late, upstream.timeoutMs)
  })
  const exchange: Exchange = {
    ...request,
    over: false,
    finish(outcome) {
      if (exchange.over) return false
      exchange.over = true
      clearTimeout(timer)
      turnOf(exchange.outgoing)?.end(outcome)
      return true
    },
    stop(error, outcome) {
      if (!exchange.finish(outcome)) return
      if (exchange.outgoing) {
        req.unpipe(exchange.outgoing)
        exchange.outgoing.destroy()
      }
      if (res.headersSent) res.destroy()
      else fail(error)
    },
  }
  res.once('close', () => {
    if (exchange.finish('left')) exchange.outgoing?.destroy()
  })
  return exchange
}

function events(upstream: Upstream, exchanges: WeakMap<IncomingMessage, Exchange>): Plugin {
  return (proxy) => {
    proxy.on('proxyReq', (outgoing, req) => {
      const exchange = exchanges.get(req)
      if (!exchange || exchange.over) return void outgoing.destroy()
      exchange.outgoing = outgoing
    })
    proxy.on('proxyRes', (incoming, req, res) => {
      const exchange = exchanges.get(req)
      if (!exchange || exchange.over) return void incoming.destroy()
      const { vary } = incoming.headers
      if (vary !== undefined) incoming.headers.vary = joinVary(res.getHeader('vary'), vary)
      for (const name of Object.keys(incoming.headers)) if (!isPassedBack(name)) delete incoming.headers[name]
      for (let i = 0; i < exchange.answer.length; i += 2) {
        incoming.headers[exchange.answer[i] as string] = exchange.answer[i + 1] as string
      }
      // An answer before the body is complete (413, 415): the rest of the body must not be taken for the next request.
      if (!req.complete || !res.shouldKeepAlive) incoming.headers.connection = 'close'
      incoming.once('end', () => exchange.finish('answered'))
      incoming.once('error', (error) => exchange.stop(unreachable(upstream, error), 'broken'))
      incoming.once('close', () => {
        if (!incoming.complete) exchange.stop(unreachable(upstream), 'broken')
      })
    })
    proxy.on('error', (error, req) => {
      const exchange = exchanges.get(req)
      if (!exchange || exchange.over) return
      exchange.stop(unreachable(upstream, error), 'broken')
    })
    proxy.on('econnreset', (_error, req) => void exchanges.get(req)?.finish('left'))
  }
}
