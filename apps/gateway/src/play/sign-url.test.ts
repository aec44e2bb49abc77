import { describe, expect, it } from '@jest/globals'
import { signUrl, verifyUrl, viewerMark } from './sign-url.js'

const [key, other] = ['ab'.repeat(32), 'cd'.repeat(32)]
const urls = [
  'https://cdn.example.com/a/720p.m3u8',
  'https://cdn.example.com/a?token=%2F..%2f&x',
  'https://cdn.example.com/겨울?q=1',
  'https://cdn.example.com/a?mq-expires=99999999999&mq-viewer=anonymous&mq-signature=x',
]
const terms = { expires: 1000, viewer: 'mina' }

describe('a signed address', () => {
  it.each(urls)('of %s is good until it expires, for the viewer it was given to', (url) => {
    const signed = signUrl(key, url, terms)
    expect(signed.startsWith(url)).toBe(true)
    expect(verifyUrl(key, signed, 999)).toEqual({ ok: true, expires: 1000, viewer: viewerMark(key, 'mina') })
    expect(verifyUrl(key, signed, 1000)).toEqual({ ok: false, reason: 'expired' })
    expect(verifyUrl(other, signed, 999)).toEqual({ ok: false, reason: 'forged' })
  })

  it('is none with any byte changed', () => {
    const signed = signUrl(key, urls[1] as string, terms)
    for (let at = 0; at < signed.length; at++) {
      const flipped = signed[at] === 'A' ? 'B' : 'A'
      const changed = signed.slice(0, at) + flipped + signed.slice(at + 1)
      expect([at, verifyUrl(key, changed, 999).ok]).toEqual([at, false])
    }
  })

  it.each([
    ['nothing', ''],
    ['no signature', 'https://cdn.example.com/a?mq-expires=9999999999&mq-viewer=anonymous'],
    [
      'the signature of another address',
      `https://cdn.example.com/b${signUrl(key, 'https://cdn.example.com/a', terms).slice(25)}`,
    ],
    ['another time', signUrl(key, urls[0] as string, terms).replace('expires=1000', 'expires=9000')],
    [
      'a time in front of it',
      signUrl(key, 'https://cdn.example.com/a?mq-expires=9000', terms).replace('&mq-expires=1000', ''),
    ],
    ['more behind it', `${signUrl(key, urls[0] as string, terms)}&x=1`],
    ['a signature too short', signUrl(key, urls[0] as string, terms).slice(0, -1)],
    ['no signature at all', 'https://cdn.example.com/a&mq-signature='],
  ])('with %s is none', (_, signed) => {
    expect(verifyUrl(key, signed, 500).ok).toBe(false)
  })

  it('does not say who the viewer is, only whether it is the same one', () => {
    const signed = signUrl(key, urls[0] as string, { expires: 1000, viewer: '0192-sub' })
    expect(signed).not.toContain('0192-sub')
    expect(viewerMark(key, 'a')).toBe(viewerMark(key, 'a'))
    expect(viewerMark(key, 'a')).not.toBe(viewerMark(key, 'b'))
    expect(viewerMark(key, 'a')).not.toBe(viewerMark(other, 'a'))
    expect(viewerMark(key, null)).toBe('anonymous')
  })

  it('has no fragment, which no server is told', () => {
    const signed = signUrl(key, 'https://cdn.example.com/a#t=10', terms)
    expect([signed.includes('#'), verifyUrl(key, signed, 0).ok]).toEqual([false, true])
  })
})
