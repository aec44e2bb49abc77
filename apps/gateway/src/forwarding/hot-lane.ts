import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApiError, type Outcome, type Turn, wasNeverSent } from '@marquee/service-kit'
import { type Dispatcher, Pool } from 'undici'
import { isPassedBack, joinVary, type OutgoingHeaders } from './headers.js'
import { tooSlow, type Upstream, unreachable } from './upstream.js'

/** Up to this an answer is gathered and leaves in one write; a larger one is streamed. */
const gatheredBytes = 262_144
const cut = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
/** Not an answer that cannot be read: another instance would give the same. */
const mayGoOn = (error: Error): boolean =>
  wasNeverSent(error) || cut.has((error as NodeJS.ErrnoException).code ?? '')

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
  const options: Pool.Options = {
    connections: 64,
    pipelining: 1,
    connect: { timeout: Math.min(upstream.timeoutMs, 2000) },
    // Deadlines are ours: one timer per request, over all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  const pools = upstream.origins.map((origin) => new Pool(origin, options))
  return {
    forward(req, res, request, fail) {
      const first = upstream.pick()
      if (!first) return fail(unreachable(upstream))
      const { path, headers, body, answer: own } = request
      const method = req.method as Dispatcher.HttpMethod
      // Of an instance that died, or closed an idle connection at this very moment: a read can be asked again.
      const repeats = method === 'GET' || method === 'HEAD' ? 1 : 0
      const exchange = startExchange(upstream, res, fail)
      const dispatch = (turn: Turn): void => {
        exchange.turn = turn
        const again = (outcome: Outcome): boolean => {
          const next = turn.next(outcome, repeats)
          if (next) dispatch(next)
          return next !== null
        }
        const pool = pools[turn.index] as Pool
        pool.dispatch({ method, path, headers, body }, answering(exchange, { upstream, res, own, again }))
      }
      dispatch(first)
    },
    close: async () => void (await Promise.all(pools.map((pool) => pool.destroy()))),
  }
}

/** One request under way, through its attempts. */
interface Exchange {
  /** The attempt of now. */
  turn?: Turn
  /** True once it is over: answered, failed, or the client left. */
  isOver(): boolean
  /** Ends it, and the attempt of now with this outcome; false when it was over already. */
  finish(outcome: Outcome): boolean
  stop(error: ApiError, outcome: Outcome): void
  /** Something moved: the deadline of a streamed answer begins anew. */
  moved(): void
  began(controller: Dispatcher.DispatchController): void
}

function startExchange(upstream: Upstream, res: ServerResponse, fail: (error: ApiError) => void): Exchange {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  // Once an answer is streamed, only its pauses are measured: its length is the client's affair.
  const timer = setTimeout(() => {
    exchange.stop(tooSlow(upstream), res.headersSent ? 'left' : 'silent')
  }, upstream.timeoutMs)
  const exchange: Exchange = {
    isOver: () => over,
    finish(outcome) {
      if (over) return false
      over = true
      clearTimeout(timer)
      exchange.turn?.end(outcome)
      return true
    },
    stop(error, outcome) {
      if (!exchange.finish(outcome)) return
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
    if (exchange.finish('left')) controller?.abort(new Error('the client left'))
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

/** One attempt. `again` makes another one, where that is allowed; false where it is not. */
function answering(
  exchange: Exchange,
  {
    upstream,
    res,
    own,
    again,
  }: { upstream: Upstream; res: ServerResponse; own: string[]; again: (outcome: Outcome) => boolean },
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
      if (!exchange.finish('answered')) return
      if (!res.headersSent) res.writeHead(status, headers)
      res.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
    },
    onResponseError(_controller, error) {
      if (exchange.isOver()) return
      const outcome = wasNeverSent(error) ? 'refused' : 'broken'
      if (status === 0 && mayGoOn(error) && again(outcome)) return
      exchange.stop(unreachable(upstream, error), outcome)
    },
  }
}
