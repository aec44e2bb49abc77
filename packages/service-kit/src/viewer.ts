import { createHmac, timingSafeEqual } from 'node:crypto'
import { Viewer } from '@marquee/contracts'
import { z } from 'zod'

/** Who calls, signed by the gateway; the gateway strips it from requests of the outside. */
export const viewerHeader = 'x-marquee-viewer'

export interface Caller {
  viewer: Viewer | null
  /** The client's address as the gateway saw it. */
  address: string
}

const Signed = z.object({ viewer: Viewer.nullable(), address: z.string().max(64) })

const mac = (key: string, text: string) => createHmac('sha256', key).update(text).digest()

/** `base64url(JSON).base64url(HMAC-SHA256)`. Only headers signed by us are parsed, so the JSON can be trusted. */
export function signViewer(key: string, { viewer, address }: Caller): string {
  const payload = Buffer.from(JSON.stringify({ viewer, address })).toString('base64url')
  return `${payload}.${mac(key, payload).toString('base64url')}`
}

/** null when the header is missing, forged or damaged. */
export function readViewer(key: string, header: string | undefined): Caller | null {
  if (!header) return null
  const dot = header.indexOf('.')
  const signature = Buffer.from(header.slice(dot + 1), 'base64url')
  const expected = mac(key, header.slice(0, Math.max(dot, 0)))
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null
  return parsed(header.slice(0, dot))
}

function parsed(payload: string): Caller | null {
  try {
    return Signed.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  } catch {
    return null
  }
}

/**
 * `readViewer` that remembers the last good headers: a client sends the same one on every request.
 * Bad ones are not remembered, so nobody can push the good ones out.
 */
export function viewerReader(key: string, size = 1000): (header: string | undefined) => Caller | null {
  const known = new Map<string, Caller>()
  return (header) => {
    if (header === undefined) return null
    const hit = known.get(header)
    const caller = hit ?? readViewer(key, header)
    if (!caller) return null
    if (hit) known.delete(header)
    else if (known.size >= size) known.delete(known.keys().next().value as string)
    known.set(header, caller)
    return caller
  }
}
