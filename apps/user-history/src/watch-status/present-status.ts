import type { ContentSummary, WatchStatusItem } from '@marquee/contracts'
import { presentSummary, utcOrNull } from '../continue-watching/present-continue.js'
import { lastWatchedAt, statesOfRun } from '../continue-watching/title-rules.js'
import { type WatchedTitle, watchingOf } from '../continue-watching/watching-store.js'
import { watchStatus } from './status-rules.js'

/** @param now milliseconds */
export function presentStatus(content: ContentSummary, watched: WatchedTitle, now: number): WatchStatusItem {
  const { said, run } = watched
  const watching = watchingOf(watched, now)
  const verdict = watchStatus(watching, said)
  return {
    content: presentSummary(content),
    ...verdict,
    run,
    score: said?.score ?? null,
    notes: said?.notes ?? null,
    setAt: utcOrNull(said?.at ?? null),
    lastWatchedAt: utcOrNull(lastWatchedAt(watching)),
    startedAt: utcOrNull(watched.startedAt),
    completedAt: verdict.status === 'completed' ? utcOrNull(completedAt(watched, verdict.rule)) : null,
  }
}

/** When the viewer said so, or the latest activity with which all was seen. */
function completedAt({ said, run, states }: WatchedTitle, rule: WatchStatusItem['rule']): number | null {
  if (rule === 'set_by_viewer') return said!.at
  const own = [...statesOfRun({ run, episodes: states }).values()].filter(({ completed }) => completed)
  return Math.max(...own.map(({ effectiveAt }) => effectiveAt))
}
