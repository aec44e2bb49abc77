import { type Entitlement, entitlement, type NextEpisode, type Watcher } from '@marquee/contracts'
import type { KnownEpisode } from './episode-store.js'

/** What comes after an episode for this viewer: the next one that he may watch, null where there is none. */
export function nextEntitled(
  { title, following }: Pick<KnownEpisode, 'title' | 'following'>,
  viewer: Watcher | null,
  now: number,
): NextEpisode | null {
  if (title === null) return null
  return following.find(({ terms }) => entitlement(viewer, title, terms, now).allowed)?.episode ?? null
}

/** Whether he may watch the episode itself. */
export const entitlementOf = (
  { title, terms }: Pick<KnownEpisode, 'title' | 'terms'>,
  viewer: Watcher | null,
  now: number,
): Entitlement =>
  title === null ? { allowed: false, reason: 'not_published' } : entitlement(viewer, title, terms, now)
