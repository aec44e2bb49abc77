import { createHmac, timingSafeEqual } from 'node:crypto'
import type { z } from 'zod'
import { ApiError } from './api-error.js'

const macBytes = 16
const mac = (key: string, payload: Buffer) =>
  createHmac('sha256', key).update(payload).digest().subarray(0, macBytes)

/** Opaque and unforgeable. Let the first element name the list and its filters, so that no other list takes it. */
export function signCursor(key: string, payload: unknown[]): string {
  const bytes = Buffer.from(JSON.stringify(payload))
  return Buffer.concat([mac(key, bytes), bytes]).toString('base64url')
}

/** @throws ApiError invalid_cursor when it is not ours, damaged, or does not fit `schema` (another list, other filters). */
export function readCursor<T extends z.ZodType>(key: string, text: string, schema: T): z.output<T> {
  const raw = Buffer.from(text, 'base64url')
  const bytes = raw.subarray(macBytes)
  // Base64url decoding forgives: only the exact text that we gave out is accepted.
  const genuine =
    raw.length > macBytes &&
    raw.toString('base64url') === text &&
    timingSafeEqual(raw.subarray(0, macBytes), mac(key, bytes))
  const payload = genuine ? schema.safeParse(JSON.parse(bytes.toString())) : undefined
  if (payload?.success) return payload.data
  throw new ApiError(
    'invalid_cursor',
    'This cursor was not given out for this list with these filters; begin again without it.',
    { errors: [{ pointer: '?cursor', code: 'invalid_cursor', message: 'not a cursor of this list' }] },
  )
}
