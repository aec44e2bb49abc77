import { randomUUID } from 'node:crypto'
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ProblemCode, problemCodes } from '@marquee/contracts'
import type { Logger } from './logger.js'
import { problemBody, problemType } from './problem.js'

type Refusal = [code: ProblemCode, detail: string]

const refusals: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: ['header_too_large', 'The headers of this request are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body_too_large', 'The chunk extensions of this request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['body_timeout', 'The request did not arrive in time.'],
}
/** Where a connection keeps the answer that it is or was last busy with. */
export const latest = Symbol('marquee.latest')
export type Answering = Socket & { [latest]?: ServerResponse }

const unreadable: Refusal = ['bad_request', 'This is not a valid HTTP/1.1 request.']

/** What Node's parser refuses never becomes a request: it is answered on the socket, as a problem like everything else. */
export function answerNodeRefusals(server: Server, log: Logger): void {
  // On the socket itself: a WeakMap written on each request makes every collection dearer.
  server.prependListener('request', (req, res) => {
    ;(req.socket as Answering)[latest] = res
  })
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Answering
    const last = socket[latest]
    const answered = last?.headersSent && !last.req.complete
    if (!socket.writable || answered || error.code === 'ECONNRESET') return void socket.destroy()
    refuse(socket, refusals[error.code ?? ''] ?? unreadable, log, error.code)
  })
  server.on('connect', (_req, socket: Socket) => {
    refuse(
      socket,
      ['method_not_allowed', 'CONNECT is not possible here.'],
      log,
      'CONNECT',
      'Allow: GET, HEAD\r\n',
    )
  })
}

function refuse(socket: Socket, [code, detail]: Refusal, log: Logger, reason?: string, headers = ''): void {
  const requestId = randomUUID()
  const { status, title } = problemCodes[code]
  const body = problemBody(code, detail, { requestId, instance: '' })
  log.info({ status, code, reason, requestId, bytes: body.length }, 'refused before it was a request')
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}\r\n` +
      `X-Request-Id: ${requestId}\r\nCache-Control: no-store\r\n${headers}Connection: close\r\n\r\n${body.toString()}`,
    // What the client still sends is not read; ending gracefully first lets it read the answer.
    () => socket.destroySoon(),
  )
}
