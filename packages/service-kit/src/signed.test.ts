import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { z } from 'zod'
import { ApiError } from './api-error.js'
import { readCursor, signCursor } from './cursor.js'
import { ifMatchVersion, noneMatch, requireVersion, strongEtag } from './etag.js'
import { readViewer, signViewer, viewerReader } from './viewer.js'

const key = 'a'.repeat(64)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error)
  }
}

describe('a cursor', () => {
  const payload = z.tuple([z.literal('content:newest'), z.string(), z.number()])
  const text = signCursor(key, ['content:newest', '2026-01-01', 7])

  it('gives back what was put in', () => {
    expect(readCursor(key, text, payload)).toEqual(['content:newest', '2026-01-01', 7])
  })

  it('of another list, key or schema is refused', () => {
    expect(codeOf(() => readCursor(key, signCursor(key, ['content:title', 'a', 7]), payload))).toBe(
      'invalid_cursor',
    )
    expect(codeOf(() => readCursor('b'.repeat(64), text, payload))).toBe('invalid_cursor')
  })

  it('changed in any character is refused', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ é'
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...alphabet), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1)
        return changed === text || codeOf(() => readCursor(key, changed, payload)) === 'invalid_cursor'
      }),
    )
  })

  it.each([`${text}=`, `${text}\n`, ` ${text}`, `${text}..`])(
    'that only decodes to the same (%j) is refused',
    (other) => {
      expect(codeOf(() => readCursor(key, other, payload))).toBe('invalid_cursor')
    },
  )

  it.each(['', 'x', '=', '%00', 'A'.repeat(1000)])('that is garbage (%s) is refused', (garbage) => {
    expect(codeOf(() => readCursor(key, garbage, payload))).toBe('invalid_cursor')
  })
})

describe('the viewer header', () => {
  const caller = { viewer: { sub: 'u1', roles: ['editor'], scopes: ['data'] }, address: '2001:db8::1' }

  it('gives back who signed in and from where', () => {
    expect(readViewer(key, signViewer(key, caller))).toEqual(caller)
    expect(readViewer(key, signViewer(key, { viewer: null, address: 'x' }))).toEqual({
      viewer: null,
      address: 'x',
    })
  })

  it('that another key signed, that was changed or is garbage, is nobody', () => {
    const [payload = '', signature = ''] = signViewer(key, caller).split('.')
    const admin = Buffer.from(
      JSON.stringify({ ...caller, viewer: { sub: 'x', roles: ['admin'], scopes: [] } }),
    ).toString('base64url')
    const forged = [
      signViewer('b'.repeat(64), caller),
      `${admin}.${signature}`,
      payload,
      `${payload}.`,
      `.${signature}`,
      '',
      '.',
      'é.é',
    ]
    expect(forged.map((header) => readViewer(key, header))).toEqual(forged.map(() => null))
    expect(readViewer(key, undefined)).toBeNull()
  })

  it('is remembered only when it is good, and only so many', () => {
    const read = viewerReader(key, 2)
    const headers = [1, 2, 3].map((n) => signViewer(key, { viewer: null, address: String(n) }))
    const first = read(headers[0])
    expect(read(headers[0])).toBe(first)
    expect(read('bad.bad')).toBeNull()
    expect(read('bad.bad')).toBeNull()
    const second = read(headers[1])
    read(headers[0])
    read(headers[2])
    expect(read(headers[0])).toBe(first)
    expect(read(headers[1])).not.toBe(second)
  })
})

describe('entity tags', () => {
  it('change with version and bytes, and only then', () => {
    expect(strongEtag(3, 'x')).toMatch(/^"3\.[\w-]{16}"$/)
    expect(strongEtag(3, Buffer.from('x'))).toBe(strongEtag(3, 'x'))
    expect(new Set([strongEtag(3, 'x'), strongEtag(4, 'x'), strongEtag(3, 'y')]).size).toBe(3)
  })

  it('carry their version back', () => {
    expect(ifMatchVersion(strongEtag(12, 'x'))).toBe(12)
    expect(ifMatchVersion('"7"')).toBe(7)
  })

  it.each([
    [undefined, 'precondition_required'],
    ['', 'invalid_request'],
    ['*', 'invalid_request'],
    ['7', 'invalid_request'],
    ['"7', 'invalid_request'],
    ['"1.a", "2.b"', 'invalid_request'],
    ['W/"7.abc"', 'version_mismatch'],
    ['"abc"', 'version_mismatch'],
    ['"99999999999999999999.x"', 'version_mismatch'],
  ])('If-Match %s is %s', (header, code) => {
    expect(codeOf(() => ifMatchVersion(header))).toBe(code)
  })

  it('stand for an edit of that version alone', () => {
    expect(() => requireVersion(7, 7)).not.toThrow()
    expect(codeOf(() => requireVersion(8, 7))).toBe('version_mismatch')
  })

  it('are compared weakly for If-None-Match', () => {
    for (const header of ['"1.a"', 'W/"1.a"', '"x","1.a"', '"x" , W/"1.a"', '*'])
      expect(noneMatch(header, '"1.a"')).toBe(true)
    for (const header of ['"1.b"', '1.a', '', '"1.a', '"x"1.a"'])
      expect(noneMatch(header, '"1.a"')).toBe(false)
  })
})
