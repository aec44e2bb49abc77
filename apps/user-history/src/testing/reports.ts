import fc from 'fast-check'
import { completionRule, type Report } from '../progress/report-rules.js'

export const noon = Date.UTC(2026, 0, 15, 12)
const duration = 100

/** A report, judged as the server judges it; `at` in seconds after noon. */
export function report(more: Partial<Report> & { at?: number } = {}): Report {
  const { at = 0, ...rest } = more
  const plain = {
    episodeId: 'e1',
    sessionId: 's1',
    sequence: at,
    effectiveAt: noon + at * 1000,
    position: 0,
    duration,
    state: 'playing' as const,
    restart: false,
    device: null,
    quality: null,
    subtitles: null,
    ...rest,
  }
  return { rule: completionRule(plain.position, plain.duration, null), ...plain }
}

/** Reports of one title as several devices make them: few sessions, times and sequences, so that everything collides. */
export const anyReports = fc.array(
  fc
    .record({
      episodeId: fc.constantFrom('e1', 'e2', 'e3'),
      sessionId: fc.constantFrom('s1', 's2', 's3', '2026-01-15 x'),
      sequence: fc.nat(12),
      at: fc.nat(30),
      position: fc.oneof(fc.constantFrom(0, 4, 4.9, 5, 90, 90.1, 91, 100), fc.nat(100)),
      state: fc.constantFrom('playing' as const, 'paused' as const, 'stopped' as const),
      restart: fc.boolean(),
      device: fc.option(fc.constantFrom('tv', 'phone')),
    })
    .map((one) => report({ ...one, restart: one.restart && one.sequence % 3 === 0 })),
  { maxLength: 40 },
)
