import type { Viewer } from '@marquee/contracts'
import { type Caller, signViewer } from '@marquee/service-kit'

/**
 * `signViewer` that remembers: the same person at the same address gets the same header, and signing costs more than looking up.
 * Viewers are told apart by identity, so an entry leaves with the token it came from.
 */
export function createCallerHeader(key: string, anonymousSize = 10_000): (caller: Caller) => string {
  const ofViewer = new WeakMap<Viewer, { address: string; header: string }>()
  const ofAddress = new Map<string, string>()

  const anonymous = (address: string): string => {
    let header = ofAddress.get(address)
    if (header === undefined) {
      if (ofAddress.size >= anonymousSize) ofAddress.clear()
      header = signViewer(key, { viewer: null, address })
      ofAddress.set(address, header)
    }
    return header
  }

  return (caller) => {
    const { viewer, address } = caller
    if (!viewer) return anonymous(address)
    const known = ofViewer.get(viewer)
    if (known?.address === address) return known.header
    const header = signViewer(key, caller)
    ofViewer.set(viewer, { address, header })
    return header
  }
}
