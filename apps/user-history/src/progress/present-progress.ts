import type { Limits, Progress } from '@marquee/contracts'
import type { KnownEpisode } from '../titles/episode-store.js'
import type { Kept } from './keep-reports.js'

/** Where the credits are not known they are taken to be so long, seconds. */
const creditsSeconds = 10

export function presentProgress({ episode, applied }: Kept, known: KnownEpisode, limits: Limits): Progress {
  const { episodeId, run, position, duration, completed, rule } = episode
  const { contentId, next, creditsStartSeconds } = known
  const startsAt = Math.min(creditsStartSeconds ?? Math.max(duration - creditsSeconds, 0), duration)
  return {
    episodeId,
    contentId,
    run,
    position,
    duration,
    completed,
    rule,
    applied,
    next,
    autoNext: {
      enabled: true,
      countdownSeconds: limits.autoNextCountdownSeconds,
      startsAt: next ? startsAt : null,
    },
  }
}
