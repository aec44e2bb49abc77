import type { IncomingMessage } from 'node:http'
import { ApiError } from './api-error.js'

const host = /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/
const absolute = /^https?:\/\/[^/?#]*/i

/**
 * What Node lets through and HTTP does not: no or malformed Host, unknown expectations, strange request targets. An absolute target (as proxies are
 * sent) is reduced to its path. @throws ApiError bad_request
 */
export function admit(req: IncomingMessage): void {
  const name = req.headers.host
  if (name === undefined ? req.httpVersionMinor > 0 || req.httpVersionMajor > 1 : !isHost(name))
    throw new ApiError('bad_request', 'The Host header is missing or malformed.')
  if (req.headers.expect !== undefined && req.headers.expect.toLowerCase() !== '100-continue')
    throw new ApiError('bad_request', 'The only expectation we can meet is 100-continue.')
  const url = req.url as string
  if (url.charCodeAt(0) === 0x2f || (url === '*' && req.method === 'OPTIONS')) return
  const authority = absolute.exec(url)?.[0]
  if (authority === undefined) throw new ApiError('bad_request', 'The request target is not a path.')
  const path = url.slice(authority.length)
  req.url = path.startsWith('/') ? path : `/${path}`
}

let lastGood = ''
/** Nearly every request names the same host. */
function isHost(name: string): boolean {
  if (name === lastGood) return true
  if (!host.test(name)) return false
  lastGood = name
  return true
}
