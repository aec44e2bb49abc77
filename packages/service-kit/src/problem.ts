import { type ProblemCode, problemCodes } from '@marquee/contracts'
import type { FieldError } from './api-error.js'

export const problemType = 'application/problem+json'
const shownErrors = 50
const shownInstance = 1024

export interface ProblemContext {
  requestId: string
  /** The path that was asked, without the query (it may carry a token). */
  instance: string
  errors?: FieldError[] | undefined
}

/** The bytes of an RFC 9457 problem. At most 50 `errors` are shown. */
export function problemBody(code: ProblemCode, detail: string, context: ProblemContext): Buffer {
  const { status, title } = problemCodes[code]
  const { requestId, instance, errors } = context
  return Buffer.from(
    JSON.stringify({
      type: `/problems/${code}`,
      title,
      status,
      code,
      detail,
      instance: instance.slice(0, shownInstance),
      requestId,
      ...(errors && errors.length > 0 ? { errors: errors.slice(0, shownErrors) } : {}),
    }),
  )
}
