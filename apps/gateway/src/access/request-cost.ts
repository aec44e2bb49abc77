import type { IncomingHttpHeaders } from 'node:http'
import type { Limits } from '@marquee/contracts'
import type { Destination } from '../routes.js'

/**
 * What a request takes of the rate limit. A batch of reports is charged by its bytes: they are known before it is let through, its
 * reports only when the app has read them. One that does not say how long it is may be as long as a body can be.
 */
export function requestCost(
  { answeredBy, path }: Destination,
  headers: IncomingHttpHeaders,
  limits: Limits,
): number {
  if (answeredBy === 'gateway') return limits.detailsCost
  if (path !== '/api/v1/progress/batch') return 1
  const length =
    headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity
  return 1 + Math.floor(Math.min(length, limits.bodyBytes) / limits.batchBytesPerRequest)
}
