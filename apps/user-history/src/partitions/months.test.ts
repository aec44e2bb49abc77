import { describe, expect, it } from '@jest/globals'
import { monthNamed, monthsAhead, monthsBetween, monthsOfBound } from './months.js'

const names = (from: string, to: string) =>
  monthsBetween(new Date(from), new Date(to)).map(({ name }) => name)

describe('months', () => {
  it('are those that hold an instant of the range, by UTC', () => {
    expect(names('2025-12-31T23:59:59.999Z', '2026-02-01T00:00:00Z')).toEqual([
      '2025-12',
      '2026-01',
      '2026-02',
    ])
    expect(names('2026-03-01T01:00:00+02:00', '2026-03-01T01:00:00+02:00')).toEqual(['2026-02'])
    expect(monthsAhead(new Date('2026-11-30T23:00:00Z'), 2).map(({ name }) => name)).toEqual([
      '2026-11',
      '2026-12',
      '2027-01',
    ])
  })

  it('end where the next begins', () => {
    expect(monthNamed('2026-12')).toEqual({ name: '2026-12', from: '2026-12-01', to: '2027-01-01' })
  })

  it('refuse a range that is turned round or out of four-digit years', () => {
    expect(() => names('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z')).toThrow(RangeError)
    expect(() => names('0999-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toThrow(RangeError)
    expect(() => monthsBetween(new Date('nonsense'), new Date())).toThrow(RangeError)
  })

  it('are read from bounds of dates and of times, also where one partition holds several', () => {
    expect(monthsOfBound(`FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')`)).toEqual(['2026-03'])
    expect(monthsOfBound(`FOR VALUES FROM ('2025-11-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')`)).toEqual(
      ['2025-11', '2025-12', '2026-01'],
    )
    expect(monthsOfBound('DEFAULT')).toEqual([])
  })
})
