import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Limits } from '@marquee/contracts'
import type { z } from 'zod'
import { ApiError, type FieldError } from './api-error.js'
import type { BodyType } from './endpoint.js'
import { fieldErrors, jsonPointer } from './input.js'
import { unstorable } from './strings.js'

type BodyLimits = Pick<Limits, 'bodyBytes' | 'bodyTimeoutMs' | 'bodyDepth'>

/**
 * Reads, parses and validates the JSON body of one request.
 * Duplicate keys: the last one wins. A byte order mark is ignored. No body is `undefined`, which the schema may accept.
 * @throws ApiError unsupported_media_type, body_too_large, body_timeout, malformed_json, invalid_body
 */
export async function readBody(
  req: IncomingMessage,
  schema: z.ZodType,
  type: BodyType,
  limits: BodyLimits,
): Promise<unknown> {
  const value = hasBody(req) ? parse(await readTyped(req, type, limits)) : undefined
  if (value === undefined && !schema.safeParse(undefined).success)
    throw new ApiError('malformed_json', 'The body is empty; a JSON document is needed.')
  return validate(schema, value, limits.bodyDepth)
}

const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0

function readTyped(req: IncomingMessage, type: BodyType, limits: BodyLimits): Promise<Buffer> {
  checkType(req.headers['content-type'], type)
  const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding !== 'identity')
    throw new ApiError('unsupported_media_type', 'Send the body without Content-Encoding.', {
      headers: { 'accept-encoding': 'identity' },
    })
  if (Number(req.headers['content-length'] ?? 0) > limits.bodyBytes) throw tooLarge(limits)
  return readBytes(req, limits)
}

function checkType(header: string | undefined, type: BodyType): void {
  const [essence = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const mime = essence.trim()
  const charset = parameters.map((p) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(p)?.[1]).find(Boolean)
  if ((mime === type || mime === 'application/json') && (charset ?? 'utf-8') === 'utf-8') return
  throw new ApiError('unsupported_media_type', `Send the body as ${type} in UTF-8.`, {
    headers: { accept: type },
  })
}

const tooLarge = (limits: BodyLimits) =>
  new ApiError('body_too_large', `A body may have ${limits.bodyBytes} bytes at most.`)

function readBytes(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(
      () => settle(new ApiError('body_timeout', `The body took more than ${limits.bodyTimeoutMs} ms.`)),
      limits.bodyTimeoutMs,
    )
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length > limits.bodyBytes) settle(tooLarge(limits))
      else chunks.push(chunk)
    }
    const end = () => settle()
    const gone = () => settle(new ApiError('bad_request', 'The connection ended before the body did.'))
    const settle = (error?: ApiError) => {
      clearTimeout(timer)
      req.off('data', take).off('end', end).off('error', gone).off('close', gone)
      if (error) reject(error)
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length))
    }
    // The request may still fail after we stopped caring; without a listener that would be an uncaught error.
    req.on('error', ignore)
    req.on('data', take).on('end', end).on('error', gone).on('close', gone)
  })
}

const ignore = () => undefined

const bom = '\uFEFF'

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw new ApiError('malformed_json', 'The body is not UTF-8.')
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text.startsWith(bom) ? text.slice(1) : text)
  } catch (cause) {
    throw new ApiError('malformed_json', 'The body is not a complete JSON document.', { cause })
  }
}

function validate(schema: z.ZodType, value: unknown, maxDepth: number): unknown {
  const faults: FieldError[] = []
  inspect(value, [], maxDepth, faults)
  if (faults.length > 0) throw invalidBody(faults)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalidBody(fieldErrors(result.error.issues, jsonPointer))
}

const invalidBody = (errors: FieldError[]) =>
  new ApiError('invalid_body', 'The body breaks the schema of this operation.', { errors })

/** What JSON can carry and no schema should have to think of: depth, U+0000, half surrogates, 1e400, `__proto__`. */
function inspect(value: unknown, path: string[], depth: number, faults: FieldError[]): void {
  const fault = (code: string, message: string, at = path) =>
    faults.length < 20 && faults.push({ pointer: jsonPointer(at), code, message })
  if (typeof value === 'string') {
    const wrong = unstorable(value)
    if (wrong) fault('invalid_string', wrong)
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) fault('invalid_number', 'is beyond the range of a number')
  } else if (typeof value === 'object' && value !== null) {
    if (depth === 0) return void fault('too_deep', 'is nested too deeply', path.slice(0, 8))
    for (const [key, inner] of Object.entries(value)) {
      if (key === '__proto__') fault('unrecognized_keys', 'is not known here', [...path, key])
      else if (unstorable(key)) fault('invalid_string', `a name here ${unstorable(key)}`)
      else inspect(inner, [...path, key], depth - 1, faults)
    }
  }
}
