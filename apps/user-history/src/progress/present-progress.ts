import type { Limits, Progress } from '@marquee/contracts'
import type { KnownEpisode } from '../titles/episode-store.js'
import { autoNext } from './auto-next-rules.js'
import type { Kept } from './keep-reports.js'

export function presentProgress({ episode, applied }: Kept, known: KnownEpisode, limits: Limits): Progress {
  const { episodeId, run, position, duration, completed, rule } = episode
  const { contentId, next, creditsStartSeconds } = known
  const ending = { duration, creditsStartSeconds, follows: next !== null }
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
    autoNext: autoNext(ending, { enabled: true, countdownSeconds: limits.autoNextCountdownSeconds }),
  }
}
