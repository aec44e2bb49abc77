import { describe, expect, it } from '@jest/globals'
import { completionRule, effectiveTime, toReport } from './report-rules.js'

const now = Date.parse('2026-01-15T12:00:00.000Z')
const body = { episodeId: 'e1', position: 50, duration: 100, state: 'playing' as const }
const unknown = { durationSeconds: null, creditsStartSeconds: null }

describe('an episode is completed by a report', () => {
  it.each([
    // position, duration, credits, verdict
    [900, 1000, null, 'not_completed'],
    [900.001, 1000, null, 'ninety_percent'],
    [90, 100, null, 'ten_seconds_left'],
    [3348, 3720, null, 'not_completed'],
    [3349, 3720, null, 'ninety_percent'],
    [100, 100, null, 'ninety_percent'],
    [50, 60, null, 'ten_seconds_left'],
    [49.999, 60, null, 'not_completed'],
    [54, 60, null, 'ten_seconds_left'],
    [54.001, 60, null, 'ninety_percent'],
    [49.9, 59.9, null, 'not_completed'],
    [53, 59, null, 'not_completed'],
    [53.2, 59, null, 'ninety_percent'],
    [79, 100, 80, 'not_completed'],
    [80, 100, 80, 'credits'],
    [95, 100, 80, 'credits'],
    [91, 100, 95, 'ninety_percent'],
    [0, 100, 0, 'not_completed'],
    [0.5, 100, 0, 'credits'],
    [0, 1, null, 'not_completed'],
    [0.95, 1, null, 'ninety_percent'],
  ])('%d of %d s, credits at %p: %s', (position, duration, credits, verdict) => {
    expect(completionRule(position, duration, credits)).toBe(verdict)
  })

  it('by the duration of the catalogue where it is known, else by the player’s', () => {
    const known = { durationSeconds: 1000, creditsStartSeconds: null }
    expect(toReport({ ...body, position: 95 }, now, known)).toMatchObject({
      duration: 1000,
      rule: 'not_completed',
    })
    expect(toReport({ ...body, position: 95 }, now, unknown)).toMatchObject({
      duration: 100,
      rule: 'ninety_percent',
    })
  })
})

describe('the time of a report', () => {
  const ahead = 300_000
  it.each([
    ['is that of its receipt', {}, 0],
    ['is its own', { at: '2026-01-15T11:59:00Z' }, -60_000],
    ['is its own also a little in the future', { at: '2026-01-15T12:05:00Z' }, 300_000],
    [
      'is corrected by when it was sent',
      { at: '2026-01-15T09:00:00+02:00', sentAt: '2026-01-15T09:00:01+02:00' },
      -1000,
    ],
    [
      'is corrected also for a clock that is ahead',
      { at: '2031-01-01T00:00:00.250Z', sentAt: '2031-01-01T01:00:00.250Z' },
      -3_600_000,
    ],
  ])('%s', (_, times, difference) => {
    expect(effectiveTime(times, now, ahead)).toBe(now + difference)
  })

  it.each([
    [{ at: '2026-01-15T12:05:00.001Z' }],
    [{ at: '9999-12-31T23:59:59Z' }],
    [{ at: '2026-01-15T12:06:00Z', sentAt: '2026-01-15T12:00:59Z' }],
    [{ at: '0000-01-01T00:00:00Z' }],
    [{ at: '0000-01-01T00:00:00Z', sentAt: '2026-01-15T12:00:00Z' }],
  ])('is refused: %p', (times) => {
    expect(effectiveTime(times, now, ahead)).toBeNull()
  })
})

describe('a report without names', () => {
  it('belongs to a session per episode, device and UTC day, in the order of time', () => {
    const at = (time: string, more = {}) => toReport({ ...body, ...more }, Date.parse(time), unknown)
    const first = at('2026-01-15T23:59:59.999Z', { device: 'tv' })
    expect(first).toMatchObject({ sequence: Date.parse('2026-01-15T23:59:59.999Z') })
    const names = [
      first,
      at('2026-01-16T00:00:00.000Z', { device: 'tv' }),
      at('2026-01-15T12:00:00.000Z'),
      at('2026-01-15T12:00:00.000Z', { device: 'tv', episodeId: 'e2' }),
    ].map(({ sessionId }) => sessionId)
    expect(new Set(names).size).toBe(4)
    expect(at('2026-01-15T00:00:00.000Z', { device: 'tv' }).sessionId).toBe(first.sessionId)
    // No player can give such a name.
    expect(first.sessionId).toMatch(/ /)
  })

  it('keeps the names it has', () => {
    expect(toReport({ ...body, sessionId: 'tv', sequence: 0 }, now, unknown)).toMatchObject({
      sessionId: 'tv',
      sequence: 0,
      effectiveAt: now,
    })
  })
})
