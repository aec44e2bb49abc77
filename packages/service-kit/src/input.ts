import type { z } from 'zod'
import { ApiError, type FieldError } from './api-error.js'
import { unstorable } from './strings.js'

const most = 50

/** A pointer of RFC 6901, cut where a caller's own names would make the answer as long as the question. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** zod's issues as field errors; each unknown key gets an entry of its own. */
export function fieldErrors(
  issues: readonly z.core.$ZodIssue[],
  pointer: (path: readonly PropertyKey[]) => string,
): FieldError[] {
  return issues.slice(0, most).flatMap((issue): FieldError[] => {
    const { code, message, path } = issue
    if (code !== 'unrecognized_keys') return [{ pointer: pointer(path), code, message }]
    return issue.keys
      .slice(0, most)
      .map((key) => ({ pointer: pointer([...path, key]), code, message: 'is not known here' }))
  })
}

export const invalidRequest = (detail: string, errors: FieldError[], cause?: unknown) =>
  new ApiError('invalid_request', detail, { errors, cause })

/** @throws ApiError invalid_request, with pointers `{id}`. */
export function readParams(schema: z.ZodObject, values: Record<string, string>): unknown {
  const at = (name: PropertyKey | undefined) => `{${String(name)}}`
  for (const name in values) refuseUnstorable(values[name] as string, at(name))
  const result = schema.safeParse(values)
  if (result.success) return result.data
  throw invalidRequest(
    'A value in the path is not valid.',
    fieldErrors(result.error.issues, (path) => at(path[0])),
  )
}

/** Only declared headers are read. @throws ApiError invalid_request, with pointers `header:name`. */
export function readHeaders(
  schema: z.ZodObject,
  names: string[],
  headers: NodeJS.Dict<string | string[]>,
): unknown {
  const present: Record<string, unknown> = {}
  for (const name of names) if (headers[name] !== undefined) present[name] = headers[name]
  const result = schema.safeParse(present)
  if (result.success) return result.data
  throw invalidRequest(
    'A header is not valid.',
    fieldErrors(result.error.issues, (path) => `header:${String(path[0])}`),
  )
}

/** Percent-decoding that refuses what is not UTF-8. @throws ApiError invalid_request */
export function decode(text: string, pointer: string): string {
  if (!/[^\x21-\x24\x26-\x7e]/.test(text)) return text
  try {
    if (/[^\x21-\x7e]/.test(text)) throw new URIError('a byte that must be percent-encoded')
    return decodeURIComponent(text)
  } catch (cause) {
    throw invalidRequest(
      'The address is not percent-encoded UTF-8.',
      [{ pointer, code: 'invalid_encoding', message: 'expected percent-encoded UTF-8' }],
      cause,
    )
  }
}

export function refuseUnstorable(text: string, pointer: string): void {
  const fault = unstorable(text)
  if (fault)
    throw invalidRequest('A value holds a character that cannot be kept.', [
      { pointer, code: 'invalid_string', message: fault },
    ])
}
