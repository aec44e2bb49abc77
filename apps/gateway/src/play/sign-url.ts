import { createHmac, timingSafeEqual } from 'node:crypto'

/*
 * Addresses of sources are given out signed: `<url>?mq-expires=<seconds since 1970>&mq-viewer=<who>&mq-signature=<HMAC-SHA256>`, with `&`
 * where the address has a query already. The signature covers every byte before it, so whoever serves the files needs this key and
 * nothing else; docs/decisions/0021 tells how to check one.
 */

const signatureName = '&mq-signature='
const terms = /[?&]mq-expires=(\d{1,12})&mq-viewer=([\w-]{1,64})$/

const mac = (key: string, text: string) => createHmac('sha256', key).update(text).digest()

export interface Terms {
  /** Seconds since 1970. */
  expires: number
  /** Token subject; null for nobody in particular. */
  viewer: string | null
}

export function signUrl(key: string, url: string, { expires, viewer }: Terms): string {
  const address = url.split('#', 1)[0] as string
  const terms = `mq-expires=${expires}&mq-viewer=${viewerMark(key, viewer)}`
  const text = `${address}${address.includes('?') ? '&' : '?'}${terms}`
  return `${text}${signatureName}${mac(key, text).toString('base64url')}`
}

/** Tells viewers apart in the logs of who serves the files, never who they are. */
export const viewerMark = (key: string, viewer: string | null): string =>
  viewer === null ? 'anonymous' : mac(key, `viewer ${viewer}`).subarray(0, 12).toString('base64url')

export type Verdict =
  | { ok: true; expires: number; viewer: string }
  | { ok: false; reason: 'unsigned' | 'forged' | 'expired' }

/** @param now seconds since 1970 */
export function verifyUrl(key: string, signed: string, now: number): Verdict {
  const end = signed.lastIndexOf(signatureName)
  const text = signed.slice(0, Math.max(end, 0))
  const found = terms.exec(text)
  if (end < 0 || !found) return { ok: false, reason: 'unsigned' }
  const signature = Buffer.from(signed.slice(end + signatureName.length))
  const expected = Buffer.from(mac(key, text).toString('base64url'))
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    return { ok: false, reason: 'forged' }
  const [expires, viewer] = [Number(found[1]), found[2] as string]
  return expires > now ? { ok: true, expires, viewer } : { ok: false, reason: 'expired' }
}
