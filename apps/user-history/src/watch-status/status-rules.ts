import type { TitleStatus, WatchStatus } from '@marquee/contracts'
import { lastWatchedAt, standingOf, type Watching } from '../continue-watching/title-rules.js'

/** What a viewer said of a title himself; `at` is `saidAt` of then. */
export interface Chosen {
  status: WatchStatus
  at: number
}

/**
 * Watch status: what the viewer set stays until he watches the title again, at whatever time we come to hear of it. Else it follows from
 * what he watched and what there is to watch, and so from the set of reports whatever their order: a title is completed when it
 * ended and all of it is seen, also when its end is told later; a new season makes it one that he is watching. Being caught up is no
 * status but told beside it.
 */
export function watchStatus(watching: Watching, chosen: Chosen | null): TitleStatus {
  const lastAt = lastWatchedAt(watching)
  const { all } = standingOf(watching)
  const caughtUp = lastAt !== null && all === 'caught_up'
  if (chosen && (lastAt === null || lastAt <= chosen.at))
    return { status: chosen.status, caughtUp, rule: 'set_by_viewer' }
  if (lastAt === null) return { status: 'not_started', caughtUp, rule: 'not_watched' }
  if (all === 'completed') return { status: 'completed', caughtUp, rule: 'all_seen' }
  return watching.watched.run > 1
    ? { status: 'rewatching', caughtUp, rule: 'new_run' }
    : { status: 'watching', caughtUp, rule: 'first_play' }
}
