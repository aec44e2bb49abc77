import { describe, expect, it } from '@jest/globals'
import { begin, choose, end, type Standing } from './balance-rules.js'

const well = (more: Partial<Standing> = {}): Standing => ({
  well: true,
  inFlight: 0,
  silences: 0,
  retryAt: 0,
  ...more,
})
const unwell = (more: Partial<Standing> = {}) => well({ well: false, ...more })
const now = 1000
const chosen = (standings: Standing[], turn = 0, tried: number[] = []) =>
  choose(standings, { tried, turn, now })

describe('whom to ask next', () => {
  it('is whoever is least busy, and of equals the next in turn', () => {
    expect([0, 1, 2, 3].map((turn) => chosen([well(), well(), well()], turn))).toEqual([0, 1, 2, 0])
    expect(chosen([well({ inFlight: 3 }), well({ inFlight: 2 })])).toBe(1)
  })

  it('is nobody who is not well, however busy the others are', () => {
    expect(chosen([unwell(), well({ inFlight: 500 })])).toBe(1)
  })

  it('is somebody all the same when nobody is well', () => {
    expect(chosen([unwell({ inFlight: 1 }), unwell()])).toBe(1)
    expect(chosen([unwell()])).toBe(0)
  })

  it('is nobody who was tried for this very request', () => {
    expect(chosen([well(), unwell()], 0, [0])).toBe(1)
    expect(chosen([well(), well()], 0, [0, 1])).toBeNull()
  })

  it('is nobody who was silent too often, until its pause is over: then it has one request', () => {
    const silent = well({ silences: 5, retryAt: now + 1 })
    expect(chosen([silent, unwell()])).toBe(1)
    expect(chosen([silent])).toBeNull()
    const due = well({ silences: 5, retryAt: now })
    expect(chosen([well(), due])).toBe(1)
    begin(due, now)
    expect(chosen([well(), due])).toBe(0)
  })

  it('is not who was silent and is still not well: a look finds it sooner, and costs nobody a deadline', () => {
    expect(chosen([well(), unwell({ silences: 5, retryAt: now })])).toBe(0)
  })
})

describe('what is known after an attempt', () => {
  it.each([
    ['answered', 0],
    ['silent', 5],
    ['unable', 5],
    ['refused', 4],
    ['broken', 4],
    ['left', 4],
  ] as const)('that is %s', (outcome, silences) => {
    const standing = well({ silences: 4, inFlight: 1 })
    end(standing, outcome, now)
    expect(standing).toMatchObject({ silences, inFlight: 0 })
  })
})
