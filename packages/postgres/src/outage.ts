const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

// 08 connection, 53 resources; shutdown and startup; a cancelled statement (deadline), a lock not got in time; deadlock and
// serialization lose a race, and read only is a server in recovery: all of them pass by waiting, none is the caller's fault.
const serverCodes = /^(08...|53...|57P0[1-5]|57014|55P03|40001|40P01|25006|25P03|58030)$/

const messages = [
  // pg and pg-pool give these without a code
  /^Query read timeout$/,
  /^Connection terminated/,
  /^timeout exceeded when trying to connect$/,
  /^timeout expired$/,
  /^Client has encountered a connection error/,
  /^Client was closed/,
  /^Cannot use a pool after calling end/,
  // Citus: a node that does not answer, under whatever code it comes
  /connection to the remote node .* failed/,
  /could not establish any connections? to the node/,
  /failure on connection marked as essential/,
  /server closed the connection unexpectedly/,
  /connection not open/,
  /could not (send|receive) (data|query|response|.*remote)/i,
  /no active placements|placement.* not (active|available)|are not available|there are no nodes in that group/,
]

/** True when a store could not be asked (down, cut, full, frozen, restarting): wait and ask again. Else the fault is ours. */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, message, cause, errors } = error as {
    code?: unknown
    message?: unknown
    cause?: unknown
    errors?: unknown
  }
  if (typeof code === 'string' && (socketCodes.has(code) || serverCodes.test(code))) return true
  if (typeof message === 'string' && messages.some((pattern) => pattern.test(message))) return true
  // Of a name with several addresses, each gives its own error.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isOutage)
  return cause !== undefined && isOutage(cause)
}
