import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiError } from '@marquee/service-kit'
import { type Dispatcher, Pool } from 'undici'
import { isPassedBack, joinVary, type OutgoingHeaders } from './headers.js'
import { tooSlow, type Upstream, unreachable } from './upstream.js'

/** Up to this an answer is gathered and leaves in one write; a larger one is streamed. */
const gatheredBytes = 262_144
const neverAnswered = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

export interface HotLane {
  /**
   * Forwards a GET or HEAD without body. `fail` is called once, and only while nothing has been sent.
   * @param answer headers that the gateway adds, name and value in turn
   */
  forward(
    req: IncomingMessage,
    res: ServerResponse,
    request: { path: string; headers: OutgoingHeaders; answer: string[] },
    fail: (error: ApiError) => void,
  ): void
  close(): Promise<void>
}

/**
 * The lane of most requests: reads. undici costs a fraction of http-proxy-middleware here, and since an answer is gathered
 * before it is sent, an app that dies in the middle of it is an honest 503.
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
      const run = startExchange(upstream, res, request.answer, fail)
      const options = { method: req.method as 'GET' | 'HEAD', path: request.path, headers: request.headers }
      const dispatch = (attempt: number): void => {
        // An idle connection that the app closed at this very moment: nothing was answered, and a read can be asked again.
        pool.dispatch(options, run.handler(attempt === 0 ? () => dispatch(1) : undefined))
      }
      dispatch(0)
    },
    close: () => pool.close(),
  }
}

function startExchange(
  upstream: Upstream,
  res: ServerResponse,
  answer: string[],
  fail: (error: ApiError) => void,
) {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  const timer = setTimeout(() => {
    upstream.timedOut()
    stop(tooSlow(upstream))
  }, upstream.timeoutMs)

  const finish = (): boolean => {
    if (over) return false
    over = true
    clearTimeout(timer)
    return true
  }
  const stop = (error: ApiError): void => {
    if (!finish()) return
    controller?.abort(error)
    // What was begun cannot be taken back; a cut connection tells the client that it is not whole.
    if (res.headersSent) res.destroy()
    else fail(error)
  }
  res.once('close', () => {
    if (finish()) controller?.abort(new Error('the client left'))
  })

  const handler = (again: (() => void) | undefined): Dispatcher.DispatchHandler => {
    let status = 0
    let chunks: Buffer[] = []
    let gathered = 0
    const head = (headers: Record<string, string | string[] | undefined>): string[] => {
      const flat = [...answer]
      for (const name in headers) {
        const value = headers[name]
        if (value === undefined || !isPassedBack(name)) continue
        if (name === 'vary') flat.push(name, joinVary(res.getHeader(name), value))
        else if (typeof value === 'string') flat.push(name, value)
        else for (const one of value) flat.push(name, one)
      }
      return flat
    }
    let headers: string[] = []
    return {
      onRequestStart(started) {
        controller = started
        if (over) started.abort(new Error('the client left'))
      },
      onResponseStart(_, statusCode, received) {
        if (statusCode < 200) return
        upstream.succeeded()
        status = statusCode
        headers = head(received)
      },
      onResponseData(current, chunk) {
        if (over) return
        if (!res.headersSent) {
          chunks.push(chunk)
          gathered += chunk.length
          if (gathered <= gatheredBytes) return
          res.writeHead(status, headers)
          for (const part of chunks.splice(0)) res.write(part)
        } else res.write(chunk)
        if (!res.writableNeedDrain) return
        current.pause()
        res.once('drain', () => current.resume())
      },
      onResponseEnd() {
        if (!finish()) return
        if (!res.headersSent) res.writeHead(status, headers)
        res.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
      },
      onResponseError(_, error) {
        if (over) return
        const code = (error as NodeJS.ErrnoException).code ?? ''
        if (again && status === 0 && neverAnswered.has(code)) {
          chunks = []
          again()
        } else stop(unreachable(upstream, error))
      },
    }
  }
  return { handler }
}
