import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiError } from '@marquee/service-kit'
import { type Dispatcher, Pool } from 'undici'
import { isPassedBack, joinVary, type OutgoingHeaders } from './headers.js'
import { tooSlow, type Upstream, unreachable } from './upstream.js'

/** Up to this an answer is gathered and leaves in one write; a larger one is streamed. */
const gatheredBytes = 262_144
const neverAnswered = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

export interface HotRequest {
  path: string
  headers: OutgoingHeaders
  body: Buffer | null
  /** Headers that the gateway adds to the answer, name and value in turn. */
  answer: string[]
}

export interface HotLane {
  /** Forwards a request whose body, if any, is here already. `fail` is called once, and only while nothing has been sent. */
  forward(
    req: IncomingMessage,
    res: ServerResponse,
    request: HotRequest,
    fail: (error: ApiError) => void,
  ): void
  close(): Promise<void>
}

/**
 * The lane of most requests: reads and small writes. undici costs a fraction of http-proxy-middleware here, and since an answer is
 * gathered before it is sent, an app that dies in the middle of it is an honest 503.
 */
export function createHotLane(upstream: Upstream): HotLane {
  const pool = new Pool(upstream.origin, {
    connections: 64,
    pipelining: 1,
    connect: { timeout: Math.min(upstream.timeoutMs, 2000) },
    // Deadlines are ours: one timer per request, over all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    forward(req, res, request, fail) {
      if (upstream.isOpen()) return fail(unreachable(upstream))
      const { path, headers, body, answer: own } = request
      const method = req.method as Dispatcher.HttpMethod
      const repeatable = method === 'GET' || method === 'HEAD'
      const exchange = startExchange(upstream, res, fail)
      const dispatch = (attempt: number): void => {
        // An idle connection that the app closed at this very moment: nothing was answered, and a read can be asked again.
        const again = repeatable && attempt === 0 ? () => dispatch(1) : undefined
        pool.dispatch({ method, path, headers, body }, answering(exchange, { upstream, res, own, again }))
      }
      dispatch(0)
    },
    close: () => pool.destroy(),
  }
}

/** One request under way, through its one or two attempts. */
interface Exchange {
  /** True once it is over: answered, failed, or the client left. */
  isOver(): boolean
  /** Ends it; false when it was over already. */
  finish(): boolean
  stop(error: ApiError): void
  /** Something moved: the deadline of a streamed answer begins anew. */
  moved(): void
  began(controller: Dispatcher.DispatchController): void
}

function startExchange(upstream: Upstream, res: ServerResponse, fail: (error: ApiError) => void): Exchange {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  // Once an answer is streamed, only its pauses are measured: its length is the client's affair.
  const timer = setTimeout(() => {
    if (!res.headersSent) upstream.timedOut()
    exchange.stop(tooSlow(upstream))
  }, upstream.timeoutMs)
  const exchange: Exchange = {
    isOver: () => over,
    finish() {
      if (over) return false
      over = true
      clearTimeout(timer)
      return true
    },
    stop(error) {
      if (!exchange.finish()) return
      controller?.abort(error)
      // What was begun cannot be taken back; a cut connection tells the client that it is not whole.
      if (res.headersSent) res.destroy()
      else fail(error)
    },
    moved() {
      if (!over) timer.refresh()
    },
    began(started) {
      controller = started
      if (over) started.abort(new Error('the client left'))
    },
  }
  res.once('close', () => {
    if (exchange.finish()) controller?.abort(new Error('the client left'))
  })
  return exchange
}

function answerHeaders(
  received: Record<string, string | string[] | undefined>,
  res: ServerResponse,
  own: string[],
): string[] {
  const flat = [...own]
  for (const name in received) {
    const value = received[name]
    if (value === undefined || !isPassedBack(name)) continue
    if (name === 'vary') flat.push(name, joinVary(res.getHeader(name), value))
    else if (typeof value === 'string') flat.push(name, value)
    else for (const one of value) flat.push(name, one)
  }
  return flat
}

/** One attempt. `again` makes another one, where that is allowed. */
function answering(
  exchange: Exchange,
  {
    upstream,
    res,
    own,
    again,
  }: { upstream: Upstream; res: ServerResponse; own: string[]; again: (() => void) | undefined },
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = []
  let gathered = 0
  let status = 0
  let headers: string[] = []

  const stream = (controller: Dispatcher.DispatchController, chunk: Buffer): void => {
    if (!res.headersSent) {
      res.writeHead(status, headers)
      for (const part of chunks.splice(0)) res.write(part)
    }
    res.write(chunk)
    exchange.moved()
    if (!res.writableNeedDrain) return
    controller.pause()
    res.once('drain', () => {
      exchange.moved()
      controller.resume()
    })
  }

  return {
    onRequestStart: (controller) => exchange.began(controller),
    onResponseStart(_controller, statusCode, received) {
      if (statusCode < 200) return
      upstream.succeeded()
      status = statusCode
      headers = answerHeaders(received, res, own)
    },
    onResponseData(controller, chunk) {
      if (exchange.isOver()) return
      gathered += chunk.length
      if (gathered <= gatheredBytes) chunks.push(chunk)
      else stream(controller, chunk)
    },
    onResponseEnd() {
      if (!exchange.finish()) return
      if (!res.headersSent) res.writeHead(status, headers)
      res.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
    },
    onResponseError(_controller, error) {
      if (exchange.isOver()) return
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (again && status === 0 && neverAnswered.has(code)) return again()
      upstream.failed()
      exchange.stop(unreachable(upstream, error))
    },
  }
}
