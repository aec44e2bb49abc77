import { createHash } from 'node:crypto'
import { z } from '@marquee/contracts'
import { ApiError } from './api-error.js'

/** `"<version>.<hash of the bytes>"`: the whole is compared for 304, the version alone for If-Match. */
export const strongEtag = (version: number, bytes: Buffer | string): string =>
  `"${version}.${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`

const entityTag = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const ourTag = /^"(\d{1,15})(?:\.[\w-]{1,64})?"$/

/** The header schema of an edit. Read by `ifMatchVersion`, which tells a missing one (428) from a malformed one (400). */
export const ifMatchHeader = (description: string) =>
  z.object({ 'if-match': z.string().optional().openapi({ description, example: '"1.h4sh"' }) })

/**
 * The version that an edit is based on.
 * @throws ApiError precondition_required without the header; invalid_request when it is not one entity tag (`*` and lists name
 * no version); version_mismatch for a tag that no version of ours can have (a weak one too: If-Match compares strongly).
 */
export function ifMatchVersion(header: string | undefined): number {
  if (header === undefined)
    throw new ApiError('precondition_required', 'Send the ETag of the version you read in If-Match.')
  const version = ourTag.exec(header)?.[1]
  if (version !== undefined) return Number(version)
  if (entityTag.test(header))
    throw new ApiError('version_mismatch', 'If-Match names no version of this: read it again.')
  throw new ApiError('invalid_request', 'If-Match must be the one ETag that was read, with its quotes.', {
    errors: [
      { pointer: 'header:if-match', code: 'invalid_format', message: 'expected one ETag, e.g. "3.h4sh"' },
    ],
  })
}

/** @throws ApiError version_mismatch */
export function requireVersion(actual: number, expected: number): void {
  if (actual === expected) return
  throw new ApiError(
    'version_mismatch',
    `The edit is based on version ${expected}, but version ${actual} is the present one.`,
  )
}

const opaque = (tag: string) => (tag.startsWith('W/') ? tag.slice(2) : tag)

/** If-None-Match against the ETag of the reply: weak comparison, lists, `*`. */
export function noneMatch(header: string, etag: string): boolean {
  if (header === etag || header === '*') return true
  const wanted = opaque(etag)
  return header.match(/(?:W\/)?"[^"]*"/g)?.some((tag) => opaque(tag) === wanted) ?? false
}
