import type { IncomingHttpHeaders } from 'node:http'

/**
 * What an app gets of a request's headers: this list and nothing else. So hop-by-hop headers, `x-forwarded-*`, whatever
 * `connection` names, tokens and look-alikes of our internal headers stay outside without being known one by one.
 */
const passedOn = [
  'accept',
  'accept-language',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'prefer',
  'traceparent',
  'tracestate',
  'user-agent',
] as const
/** Only with a body. `content-encoding` so that the app can refuse it. */
const passedOnWithBody = ['content-encoding', 'content-length', 'content-type', 'transfer-encoding'] as const

export type OutgoingHeaders = Record<string, string>

const copy = (from: IncomingHttpHeaders, names: readonly string[], to: OutgoingHeaders): void => {
  for (const name of names) {
    const value = from[name]
    if (value !== undefined) to[name] = value as string
  }
}

export function outgoingHeaders(
  incoming: IncomingHttpHeaders,
  { own, withBody }: { own: OutgoingHeaders; withBody: boolean },
): OutgoingHeaders {
  const headers: OutgoingHeaders = {}
  copy(incoming, passedOn, headers)
  if (withBody) copy(incoming, passedOnWithBody, headers)
  return Object.assign(headers, own)
}

/** Of this connection, or of the gateway's own making, or internal: an app's answer does not pass them on. */
const notPassedBack = new Set([
  'connection',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-powered-by',
  'x-request-id',
])
export const isPassedBack = (name: string): boolean =>
  !notPassedBack.has(name) && !name.startsWith('x-marquee-')

/** What an answer varies by: for the gateway (the origin of a page) and for the app. */
export const joinVary = (ours: number | string | string[] | undefined, theirs: string | string[]): string =>
  ours === undefined ? String(theirs) : `${ours}, ${theirs}`

/** A message has a body when one of these headers says so. */
export const announcesBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] !== undefined && headers['content-length'] !== '0')
