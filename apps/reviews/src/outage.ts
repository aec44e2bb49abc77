/** What the driver calls it when the server could not be asked, or did not answer in time. */
const outageNames =
  /^(MongoNetwork\w*|MongoServerSelection\w*|MongooseServerSelection\w*|MongoOperationTimeout\w*|MongoPool\w*|MongoWaitQueueTimeout\w*|MongoTopologyClosed\w*|MongoNotConnected\w*|MongoClientClosed\w*|MongoExpiredSession\w*|MongoServerClosed\w*|PoolClosedError|PoolClearedError)$/

/**
 * Codes of the server that pass by waiting: no primary, stepping down or starting, interrupted, out of time, disk full, a lost race
 * (write conflict, transaction gone), a write concern that could not be met.
 */
const outageCodes = new Set([
  6, 7, 24, 50, 64, 89, 91, 100, 112, 133, 134, 189, 202, 234, 246, 251, 262, 290, 384, 9001, 10_107, 11_600,
  11_601, 11_602, 13_435, 13_436, 14_031,
])

const outageLabels = ['TransientTransactionError', 'UnknownTransactionCommitResult', 'RetryableWriteError']

/** Mongoose itself, before the first connection and after the last. */
const outageMessages = /before initial connection is complete|buffering timed out|Connection was force closed/

interface MongoLike {
  name?: string
  message?: string
  code?: unknown
  cause?: unknown
  errorResponse?: unknown
  hasErrorLabel?(label: string): boolean
}

/** An error and what is inside it: the driver's error of a bulk of writes has lost the name and the labels of what ended it. */
function inside(error: unknown): MongoLike[] {
  const found: MongoLike[] = []
  let next = error
  while (typeof next === 'object' && next !== null && found.length < 5) {
    const one: MongoLike = next
    found.push(one)
    next = one.errorResponse instanceof Error ? one.errorResponse : one.cause
  }
  return found
}

export const hasLabel = (error: unknown, label: string): boolean =>
  inside(error).some((one) => one.hasErrorLabel?.(label) === true)

/** True when MongoDB could not be asked, or could not do it now: wait and ask again. Else the fault is ours. */
export const isOutage = (error: unknown): boolean =>
  outageLabels.some((label) => hasLabel(error, label)) ||
  inside(error).some(
    ({ name = '', message = '', code }) =>
      outageNames.test(name) || outageMessages.test(message) || outageCodes.has(code as number),
  )

const hasCode = (error: unknown, code: number): boolean => inside(error).some((one) => one.code === code)

/** A unique index, or the id, has this already. */
export const isDuplicate = (error: unknown): boolean => hasCode(error, 11_000)
/** Another transaction is writing this very document. */
export const isWriteConflict = (error: unknown): boolean => hasCode(error, 112)
