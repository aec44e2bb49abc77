import { describe, expect, it } from '@jest/globals'
import { clientAddress } from './client-address.js'

describe('the address of a client', () => {
  it('is the peer, whatever a stranger claims', () => {
    expect(clientAddress('203.0.113.9', '1.2.3.4', 0)).toBe('203.0.113.9')
  })
  it('is what the outermost proxy of ours saw', () => {
    expect(clientAddress('10.0.0.1', '6.6.6.6, 198.51.100.7', 1)).toBe('198.51.100.7')
    expect(clientAddress('10.0.0.1', '6.6.6.6, 198.51.100.7, 10.0.0.2', 2)).toBe('198.51.100.7')
  })
  it('stops at what is no address', () => {
    expect(clientAddress('10.0.0.1', 'unknown', 1)).toBe('10.0.0.1')
    expect(clientAddress('10.0.0.1', '', 2)).toBe('10.0.0.1')
  })
  it('of an IPv4 peer on a dual-stack socket is that IPv4 address', () => {
    expect(clientAddress('::ffff:203.0.113.9', undefined, 0)).toBe('203.0.113.9')
  })
})
