import type { Report } from './report-rules.js'

/** One sitting with one episode. Times are milliseconds, `last` is the report of the highest sequence. */
export interface SessionState {
  sessionId: string
  episodeId: string
  /** Of its last report. */
  run: number
  startedAt: number
  latestAt: number
  lastSequence: number
  lastAt: number
  lastPosition: number
  /** Seconds that were really watched, see `addToSession`. */
  watched: number
  /** By a report of its own. */
  completed: boolean
  stopped: boolean
  device: string | null
  quality: string | null
  subtitles: string | null
}

export const sessionKey = ({ sessionId, episodeId }: Pick<Report, 'sessionId' | 'episodeId'>): string =>
  `${sessionId}\n${episodeId}`

/** The sessions of a title's reports, whatever order those are in. */
export function sessionsOf(reports: readonly Report[], runOf: (report: Report) => number): SessionState[] {
  const sessions = new Map<string, SessionState>()
  for (const report of reports.toSorted((a, b) => a.sequence - b.sequence)) {
    const key = sessionKey(report)
    sessions.set(key, addToSession(sessions.get(key) ?? null, report, runOf(report)))
  }
  return [...sessions.values()]
}

/**
 * The session with a further report, whose sequence is above all of it. Watched is what the position advanced, yet never more than the
 * time that went by: who skips has not watched, nor has who plays at double speed watched twice as long.
 */
export function addToSession(known: SessionState | null, report: Report, run: number): SessionState {
  const { sessionId, episodeId, sequence, effectiveAt, position } = report
  const last = {
    sessionId,
    episodeId,
    run,
    lastSequence: sequence,
    lastAt: effectiveAt,
    lastPosition: position,
    completed: known?.completed || report.rule !== 'not_completed',
    stopped: known?.stopped || report.state === 'stopped',
    device: report.device ?? known?.device ?? null,
    quality: report.quality ?? known?.quality ?? null,
    subtitles: report.subtitles ?? known?.subtitles ?? null,
  }
  if (known === null) return { ...last, startedAt: effectiveAt, latestAt: effectiveAt, watched: 0 }
  const advance = position - known.lastPosition
  const elapsed = (effectiveAt - known.lastAt) / 1000
  return {
    ...last,
    startedAt: Math.min(known.startedAt, effectiveAt),
    latestAt: Math.max(known.latestAt, effectiveAt),
    watched: known.watched + Math.max(0, Math.min(advance, elapsed)),
  }
}
