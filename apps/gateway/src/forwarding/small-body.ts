import type { IncomingMessage } from 'node:http'
import { ApiError } from '@marquee/service-kit'

/** Up to this a body is read here, whole, before the app hears of the request. */
export const smallBodyBytes = 65_536

/** Its length is known and small; Node's parser holds the sender to it. */
export const hasSmallBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length']) <= smallBodyBytes

export const bodyTooSlow = (timeoutMs: number): ApiError =>
  new ApiError('body_timeout', `The body took more than ${timeoutMs} ms.`, {
    headers: { connection: 'close' },
  })

/** Calls `done` once; never when the client leaves first, since then nobody is there to answer. */
export function readSmallBody(
  req: IncomingMessage,
  timeoutMs: number,
  done: (error: ApiError | null, body: Buffer) => void,
): void {
  const chunks: Buffer[] = []
  const timer = setTimeout(() => {
    req.off('data', gather).off('end', finish)
    done(bodyTooSlow(timeoutMs), Buffer.alloc(0))
  }, timeoutMs)
  const gather = (chunk: Buffer) => void chunks.push(chunk)
  const finish = () => {
    clearTimeout(timer)
    done(null, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
  }
  req.on('data', gather).once('end', finish)
  req.on('error', () => undefined)
  req.once('close', () => clearTimeout(timer))
}
