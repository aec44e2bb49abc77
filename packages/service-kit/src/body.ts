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
  const value = hasBody(req) ? parse(await readTyped(req, type, limits), limits.bodyDepth) : undefined
  if (value === undefined && !schema.safeParse(undefined).success)
    throw new ApiError('malformed_json', 'The body is empty; a JSON document is needed.')
  return validate(schema, value)
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

function parse(bytes: Buffer, maxDepth: number): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw new ApiError('malformed_json', 'The body is not UTF-8.')
  if (isDeeper(bytes, maxDepth))
    throw invalidBody([
      { pointer: '', code: 'too_deep', message: `is nested deeper than ${maxDepth} levels` },
    ])
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text.startsWith(bom) ? text.slice(1) : text)
  } catch (cause) {
    throw new ApiError('malformed_json', 'The body is not a complete JSON document.', { cause })
  }
}

const [quote, backslash, openArray, openObject, closeArray, closeObject] = Buffer.from('"\\[{]}')

/** Before JSON.parse, which takes the better part of a second for 1 MB of brackets. */
function isDeeper(json: Buffer, maxDepth: number): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (inString) {
      if (byte === backslash) i++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (byte === openArray || byte === openObject) {
      if (++depth > maxDepth) return true
    } else if (byte === closeArray || byte === closeObject) depth--
  }
  return false
}

function validate(schema: z.ZodType, value: unknown): unknown {
  const faults: FieldError[] = []
  inspect(value, [], faults)
  if (faults.length > 0) throw invalidBody(faults)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalidBody(fieldErrors(result.error.issues, jsonPointer))
}

const invalidBody = (errors: FieldError[]) =>
  new ApiError('invalid_body', 'The body breaks the schema of this operation.', { errors })

const mostFaults = 20

/** What JSON can carry and no schema should have to think of: U+0000, half surrogates, 1e400, `__proto__`. */
function inspect(value: unknown, path: string[], faults: FieldError[]): void {
  if (faults.length >= mostFaults) return
  if (typeof value === 'string') {
    const wrong = unstorable(value)
    if (wrong) faults.push({ pointer: jsonPointer(path), code: 'invalid_string', message: wrong })
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value))
      faults.push({
        pointer: jsonPointer(path),
        code: 'invalid_number',
        message: 'is beyond the range of a number',
      })
  } else if (typeof value === 'object' && value !== null) inspectInside(value, path, faults)
}

/** `path` is one array for the whole body: a copy per value would cost more than parsing it. */
function inspectInside(value: object, path: string[], faults: FieldError[]): void {
  for (const key in value) {
    const wrong = unstorable(key)
    if (wrong)
      faults.push({ pointer: jsonPointer(path), code: 'invalid_string', message: `a name here ${wrong}` })
    else if (key === '__proto__')
      faults.push({
        pointer: jsonPointer([...path, key]),
        code: 'unrecognized_keys',
        message: 'is not known here',
      })
    else {
      path.push(key)
      inspect((value as Record<string, unknown>)[key], path, faults)
      path.pop()
    }
  }
}
