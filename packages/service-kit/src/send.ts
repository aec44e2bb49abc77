import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiError } from './api-error.js'
import { contextOf, pathOf } from './context.js'
import { noneMatch } from './etag.js'
import { problemBody, problemType } from './problem.js'
import type { Reply } from './reply.js'

/** Headers that a 304 repeats (RFC 9110, 15.4.5). */
const kept = new Set(['cache-control', 'content-location', 'etag', 'expires', 'vary'])

/** The whole answer in one write: headers, content-length and finished bytes. */
export function send(req: IncomingMessage, res: ServerResponse, reply: Reply): void {
  const { headers } = reply
  const etag = headers?.etag
  const asked = req.headers['if-none-match']
  if (
    etag !== undefined &&
    asked !== undefined &&
    reply.status === 200 &&
    isRead(req) &&
    noneMatch(asked, etag)
  )
    write(req, res, 304, headers, kept, undefined)
  else write(req, res, reply.status, headers, undefined, reply.body)
}

const isRead = (req: IncomingMessage) => req.method === 'GET' || req.method === 'HEAD'

function write(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  headers: Record<string, string> | undefined,
  only: Set<string> | undefined,
  body: Buffer | string | undefined,
): void {
  if (res.headersSent || res.destroyed) return
  const context = contextOf(req)
  const flat = ['x-request-id', context.requestId]
  for (const name in headers)
    if (only === undefined || only.has(name)) flat.push(name, headers[name] as string)
  const bytes = body === undefined ? 0 : Buffer.byteLength(body)
  if (status !== 204 && status !== 304) flat.push('content-length', String(bytes))
  context.bytes = req.method === 'HEAD' ? 0 : bytes
  if (status === 408 || unread(req)) writeAndDrain(req, res, status, flat, body)
  else {
    res.writeHead(status, flat)
    res.end(body)
  }
}

/** A small rest is thrown away by Node itself and the connection lives on. */
const smallRest = 65_536
const unread = (req: IncomingMessage) =>
  !req.complete &&
  (req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > smallRest)

const drainBytes = 8 * 1_048_576
const drainMs = 1000

/**
 * Answers before the body has arrived. Closing at once would reset the connection, and a reset can destroy the answer before the
 * client has read it: so the rest of the body is thrown away for a moment first.
 */
function writeAndDrain(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  flat: string[],
  body: Buffer | string | undefined,
): void {
  let left = drainBytes
  const finish = () => {
    clearTimeout(timer)
    req.off('data', count)
    res.end()
  }
  const count = (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) finish()
  }
  res.writeHead(status, [...flat, 'connection', 'close'])
  if (body === undefined) res.flushHeaders()
  else res.write(body)
  const timer = setTimeout(finish, status === 408 ? 0 : drainMs)
  req.on('error', () => undefined)
  req.once('end', finish).once('close', finish).on('data', count).resume()
}

export function sendProblem(req: IncomingMessage, res: ServerResponse, error: ApiError): void {
  const { requestId } = contextOf(req)
  const body = problemBody(error.code, error.message, {
    requestId,
    instance: pathOf(req),
    errors: error.errors,
  })
  send(req, res, {
    status: error.status,
    headers: { 'content-type': problemType, 'cache-control': 'no-store', ...error.headers },
    body,
  })
}
