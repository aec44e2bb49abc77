import {
  type Entitlement,
  entitlement,
  type InternalPlay,
  type PlayState,
  type Viewer,
} from '@marquee/contracts'

const hidden = new Set<Entitlement['reason']>(['not_published', 'not_aired'])

/**
 * One decision of two answers. User-history knows the viewer, and decides as it does for lists and for what comes next. The
 * catalogue knows the title as it is now: what is hidden from everybody, and what a copy of the title no longer says right, is
 * decided by its word. Without user-history an unknown viewer's rights decide: free things still play.
 * @param now milliseconds
 */
export function decide(
  { terms, episode }: Pick<InternalPlay, 'terms' | 'episode'>,
  told: PlayState | null,
  viewer: Viewer | null,
  now: number,
): Entitlement {
  const unknown = { subscriptionTier: 'free' as const, maxContentRating: null, country: null }
  const known = entitlement({ roles: viewer?.roles ?? [], ...unknown }, terms, episode, now)
  if (!told || hidden.has(known.reason)) return known
  const said = told.entitlement as Entitlement
  return outdated(said, { terms, episode }) ? known : said
}

/** Whether what was said goes by terms that the title no longer has. */
function outdated({ reason }: Entitlement, { terms, episode }: Pick<InternalPlay, 'terms' | 'episode'>) {
  if (hidden.has(reason)) return true
  if (reason === 'free_title') return terms.isVip
  if (reason === 'free_episode') return terms.isVip && !episode.isFree
  return reason === 'vip_only' && (!terms.isVip || episode.isFree)
}
