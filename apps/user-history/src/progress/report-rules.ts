import { createHash } from 'node:crypto'
import type { CreateProgress, ProgressRule } from '@marquee/contracts'

/** Positions under this many seconds are weak: they never replace a stronger one. */
export const weakUnder = 5
const creditsTailSeconds = 10
const shortTitleSeconds = 60

/** What the catalogue says of the episode; null where it says nothing. */
export interface EpisodeFacts {
  durationSeconds: number | null
  creditsStartSeconds: number | null
}

/** A report as it is kept: who it is, when it was, and what it says. Times are milliseconds. */
export interface Report {
  episodeId: string
  sessionId: string
  sequence: number
  effectiveAt: number
  /** As reported, at most the player's own duration. */
  position: number
  /** The one that decides: the catalogue's where it was known, else the player's. */
  duration: number
  /** The verdict on this report alone. */
  rule: ProgressRule
  state: CreateProgress['state']
  restart: boolean
  device: string | null
  quality: string | null
  subtitles: string | null
}

/**
 * When a report was true: `at`, corrected by `sentAt` against our clock. Null: more than `aheadMs` in our future, or before 1970, which
 * no clock that is set says.
 */
export function effectiveTime(
  { at, sentAt }: Pick<CreateProgress, 'at' | 'sentAt'>,
  now: number,
  aheadMs: number,
): number | null {
  const made = at === undefined ? now : Date.parse(at)
  const time = sentAt === undefined ? made : made + (now - Date.parse(sentAt))
  return time >= 0 && time <= now + aheadMs ? time : null
}

/**
 * Which rule makes the position completed. Exactly 90 % is not yet past it; titles under a minute know no last ten seconds; at the
 * very start nothing is completed, wherever the credits begin.
 */
export function completionRule(
  position: number,
  duration: number,
  creditsStartSeconds: number | null,
): ProgressRule {
  if (position <= 0) return 'not_completed'
  if (creditsStartSeconds !== null && position >= creditsStartSeconds) return 'credits'
  if (10 * position > 9 * duration) return 'ninety_percent'
  if (duration >= shortTitleSeconds && duration - position <= creditsTailSeconds) return 'ten_seconds_left'
  return 'not_completed'
}

/** The report of a request: named, dated and judged once and for ever. */
export function toReport(body: CreateProgress, effectiveAt: number, facts: EpisodeFacts): Report {
  const { episodeId, position, state, device = null, quality = null, subtitles = null } = body
  const duration = facts.durationSeconds ?? body.duration
  return {
    episodeId,
    sessionId: body.sessionId ?? implicitSession(body, effectiveAt),
    sequence: body.sequence ?? effectiveAt,
    effectiveAt,
    position,
    duration,
    rule: completionRule(position, duration, facts.creditsStartSeconds),
    state,
    restart: body.restart ?? false,
    device,
    quality,
    subtitles,
  }
}

/** One per episode, device and UTC day. The space keeps it apart from any name that a player may give. */
function implicitSession({ episodeId, device }: CreateProgress, effectiveAt: number): string {
  const what = createHash('sha256').update(JSON.stringify([episodeId, device ?? null]))
  return `${new Date(effectiveAt).toISOString().slice(0, 10)} ${what.digest('base64url').slice(0, 22)}`
}
