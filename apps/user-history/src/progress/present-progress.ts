import type { Limits, Progress, Viewer } from '@marquee/contracts'
import type { KnownEpisode } from '../titles/episode-store.js'
import { nextEntitled } from '../titles/next-rules.js'
import type { KnownViewer } from '../users/viewer-store.js'
import { autoNext } from './auto-next-rules.js'
import type { Kept } from './keep-reports.js'

/** For whom it is told, and when, milliseconds. */
export interface Told {
  roles: Viewer['roles']
  viewer: KnownViewer
  now: number
}

export function presentProgress(
  { episode, applied }: Kept,
  known: KnownEpisode,
  { roles, viewer, now }: Told,
  limits: Limits,
): Progress {
  const { episodeId, run, position, duration, completed, rule } = episode
  const { contentId, creditsStartSeconds } = known
  const next = nextEntitled(known, { roles, ...viewer.rights }, now)
  const ending = { duration, creditsStartSeconds, follows: next !== null }
  const { autoNext: enabled } = viewer.settings
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
    autoNext: autoNext(ending, { enabled, countdownSeconds: limits.autoNextCountdownSeconds }),
  }
}
