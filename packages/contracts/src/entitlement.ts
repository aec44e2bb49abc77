import type { Content } from './content.js'
import type { Episode } from './episode.js'
import { mayAccess, type Viewer } from './viewer.js'
import { z } from './z.js'

export const subscriptionTiers = ['free', 'vip'] as const
export const SubscriptionTier = z.enum(subscriptionTiers)
export type SubscriptionTier = z.infer<typeof SubscriptionTier>

/** Why an episode may be watched. */
export const grants = ['free_title', 'free_episode', 'vip_viewer', 'staff'] as const
/** Why not, in the order in which they are looked at: the first one is told. */
export const refusals = ['not_published', 'not_aired', 'not_in_region', 'age_cap', 'vip_only'] as const
export type Refusal = (typeof refusals)[number]

export const Entitlement = z
  .object({ allowed: z.boolean(), reason: z.enum([...grants, ...refusals]) })
  .openapi('Entitlement', {
    description:
      'Whether the viewer may watch it, and what decided. `free_title`: the title is not for VIPs alone; `free_episode`: this episode ' +
      'of a VIP title is free; `vip_viewer`; `staff`: editors and admins see VIP titles, in every region. Refused, first one first: ' +
      '`not_published`, `not_aired`, `not_in_region`, `age_cap`, `vip_only`',
    example: { allowed: false, reason: 'vip_only' },
  })
export type Entitlement =
  | { allowed: true; reason: (typeof grants)[number] }
  | { allowed: false; reason: Refusal }

/** What is known of a person that decides what he may watch. */
export const ViewerRights = z
  .object({
    subscriptionTier: SubscriptionTier,
    maxContentRating: z.string().nullable().describe('Titles rated above it are not shown; null is no cap'),
    country: z.string().nullable().describe('ISO 3166-1 alpha-2; null while unknown'),
  })
  .openapi('ViewerRights', {
    example: { subscriptionTier: 'free', maxContentRating: '15+', country: 'KR' },
  })
export type ViewerRights = z.infer<typeof ViewerRights>

export type Watcher = Pick<Viewer, 'roles'> & ViewerRights
export type TitleTerms = Pick<Content, 'status' | 'isVip' | 'ageRating' | 'availableRegions'>
export type EpisodeTerms = Pick<Episode, 'status' | 'airDate' | 'isFree'>

/** Who has not said who he is. */
const anonymous: Watcher = { roles: [], subscriptionTier: 'free', maxContentRating: null, country: null }

/**
 * Whether an episode may be watched: the one decision for playing, for lists and for what comes next (entitlement). What is hidden from
 * everybody is told first, so that nobody learns the terms of what is not out; VIP comes last, since that alone the viewer can change.
 *
 * A status says whether something is published; its times are made into a status elsewhere. An episode without an air date has aired.
 * A list of regions is a licence: who is not known to be in one of them is outside.
 * @param viewer null for an anonymous one, who is a free viewer of whom nothing is known
 * @param now milliseconds
 */
export function entitlement(
  viewer: Watcher | null,
  title: TitleTerms,
  episode: EpisodeTerms,
  now: number,
): Entitlement {
  const watcher = viewer ?? anonymous
  const staff = mayAccess({ sub: '', scopes: [], roles: watcher.roles }, 'editor')
  if (title.status !== 'published' || episode.status !== 'published') return refused('not_published')
  if (!hasAired(episode, now)) return refused('not_aired')
  // Staff look after what they publish everywhere; what is not out is no part of anybody's lists, and a cap is one's own wish.
  if (!staff && isOutside(title, watcher)) return refused('not_in_region')
  if (isOverCap(title, watcher)) return refused('age_cap')
  if (!title.isVip) return granted('free_title')
  if (episode.isFree) return granted('free_episode')
  if (watcher.subscriptionTier === 'vip') return granted('vip_viewer')
  return staff ? granted('staff') : refused('vip_only')
}

/** @param now milliseconds */
export const hasAired = ({ airDate }: Pick<Episode, 'airDate'>, now: number): boolean =>
  airDate === null || Date.parse(airDate) <= now

/** Ratings as the platform writes them, mildest first. */
export const ageRatings = ['ALL', '7+', '12+', '13+', '15+', '18+'] as const
/** Of the ratings that other catalogues use, those that name no age. */
const agesOfNames: Readonly<Record<string, number>> = {
  ...{ ALL: 0, G: 0, U: 0, 'TV-Y': 0, 'TV-G': 0 },
  ...{ PG: 10, 'TV-PG': 10, R: 17, 'TV-MA': 17 },
}
const adult = 18

/** The age in years from which a title is rated, "15+" or "PG-13" alike; null for what cannot be read. */
export function ageOf(rating: string): number | null {
  const text = rating.trim().toUpperCase()
  const age = /(?<!\d)(\d{1,2})\+?$/.exec(text)
  return age ? Number(age[1]) : (agesOfNames[text] ?? null)
}

/**
 * A cap protects someone: a title that nobody rated, or in words that we cannot read, passes none below adult, and a cap that cannot be
 * read lets only what is for all.
 */
function isOverCap({ ageRating }: TitleTerms, { maxContentRating }: Watcher): boolean {
  if (maxContentRating === null) return false
  const age = (ageRating === null ? null : ageOf(ageRating)) ?? adult
  return age > (ageOf(maxContentRating) ?? 0)
}

const isOutside = ({ availableRegions }: TitleTerms, { country }: Watcher): boolean =>
  availableRegions !== null && (country === null || !availableRegions.includes(country))

const granted = (reason: (typeof grants)[number]) => ({ allowed: true as const, reason })
const refused = (reason: Refusal) => ({ allowed: false as const, reason })
