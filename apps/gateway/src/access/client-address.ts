import { isIP } from 'node:net'

const mapped = /^::ffff:(?=\d+\.)/i

/** An IPv4 peer of a dual-stack socket is that IPv4 address. */
const plainAddress = (address: string): string => address.replace(mapped, '')

/**
 * Who is asking. `hops` is how many proxies of ours stand in front: that many of the rightmost entries of X-Forwarded-For
 * were written by them. With 0 the header is what a stranger says and is ignored.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
  hops: number,
): string {
  const direct = plainAddress(peer ?? '0.0.0.0')
  if (hops === 0 || forwardedFor === undefined) return direct
  const entries = String(forwardedFor)
    .split(',')
    .map((entry) => plainAddress(entry.trim()))
    .reverse()
  let address = direct
  for (const entry of entries.slice(0, hops)) {
    if (isIP(entry) === 0) break
    address = entry
  }
  return address
}
