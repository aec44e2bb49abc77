import type { ContentSummary, ContinueExplanation, ContinueItem } from '@marquee/contracts'
import type { Seen } from './continue-rules.js'
import type { Judged, Whose } from './find-continue.js'
import type { EpisodeFacts } from './title-rules.js'
import type { ListedEpisode } from './watching-store.js'

const utc = (ms: number): string => new Date(ms).toISOString()
export const utcOrNull = (ms: number | null): string | null => (ms === null ? null : utc(ms))

// The rules hand out the very episodes that they were given.
const presentEpisode = (facts: EpisodeFacts): ContinueItem['episode'] => {
  const { id, seasonNumber, number, title } = facts as ListedEpisode
  return { id, seasonNumber, number, title }
}

export const presentSummary = (title: ContentSummary): ContentSummary => ({
  id: title.id,
  slug: title.slug,
  kind: title.kind,
  title: title.title,
  posterUrl: title.posterUrl,
  year: title.year,
  origin: title.origin,
  rating: title.rating,
  isVip: title.isVip,
})

/** None for a title that is absent. */
export function presentItem({ watched, verdict }: Judged): ContinueItem[] {
  const { outcome, lastWatchedAt } = verdict
  if (outcome.state === 'absent') return []
  const { state, rule, episode, position, duration } = outcome
  return [
    {
      content: presentSummary(watched.title!),
      episode: presentEpisode(episode),
      position,
      duration,
      rule,
      lastWatchedAt: utc(lastWatchedAt!),
      state,
    },
  ]
}

export function presentExplanation(
  { watched, verdict }: Judged,
  { policy, known: { rights } }: Whose,
): ContinueExplanation {
  const { outcome, standing } = verdict
  const listed = outcome.state === 'absent' ? outcome.instead : outcome
  return {
    contentId: watched.contentId,
    policy,
    state: outcome.state,
    rule: outcome.rule,
    episode: listed ? presentEpisode(listed.episode) : null,
    sortedAt: utcOrNull(verdict.sortAt),
    facts: {
      run: watched.run,
      lastWatchedAt: utcOrNull(verdict.lastWatchedAt),
      dismissedAt: utcOrNull(watched.dismissedAt),
      airingStatus: watched.title?.airingStatus ?? null,
      subscriptionTier: rights.subscriptionTier,
      anchor: verdict.anchor && presentAnchor(verdict.anchor),
      aired: standing.aired,
      seen: standing.seen,
    },
    skipped: verdict.skipped.map(({ episode, reason }) => ({ episode: presentEpisode(episode), reason })),
  }
}

const presentAnchor = ({ episode, state }: Seen) => ({
  episode: presentEpisode(episode),
  position: state.position,
  duration: state.duration,
  completed: state.completed,
  watchedAt: utc(state.effectiveAt),
})
