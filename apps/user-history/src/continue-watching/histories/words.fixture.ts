import type {
  AbsentRule,
  ContinuePolicy,
  CreateProgress,
  ListedRule,
  SkipReason,
  ViewerRights,
} from '@marquee/contracts'
import type { EpisodeFacts, TitleFacts } from '../title-rules.js'

/*
 * The words in which viewing histories are written: what there is to watch, what a viewer did, in the order in which the server heard of
 * it, and what he is to find. A history holds whoever plays it, so times are told as minutes ago. Episodes are named "s1e2".
 */

export const hours = 60
export const days = 24 * hours

export const topics = [
  'seasons out of order',
  'a special between episodes',
  'a finished show with a new season',
  'a rewatch',
  'a dismissed title with a new episode',
  'an unaired next episode',
  'an archived episode',
  'two devices with crossed clocks',
  'an offline phone syncing last week',
  'a paused client reporting zero',
  'exactly 90 %',
  'exactly 10 s',
  'a 40-second clip',
  'unknown duration',
  'a VIP next episode for a free viewer',
] as const

export interface ShownEpisode extends Omit<EpisodeFacts, 'id' | 'airDate' | 'publishedAt'> {
  name: string
  number: number
  creditsStartSeconds: number | null
  /** Minutes; less than 0 is ahead, null is not known. */
  airedAgo: number | null
  publishedAgo: number
}

/** A report; minutes and seconds. */
export interface Told {
  told: string
  position: number
  /** When it was made, by a clock that is right. */
  ago: number
  /** As the player knows it; 1000 unless said. */
  duration?: number
  /** By how much the clock of the device is ahead; without one the report is dated by a clock that is right. */
  clock?: number
  /** The device does not say when it sent it, so that nobody can correct its clock. */
  uncorrected?: true
  more?: Partial<Pick<CreateProgress, 'sessionId' | 'sequence' | 'state' | 'restart' | 'device'>>
}
export type Step =
  | Told
  | { dismissed: number }
  | { rewatched: number }
  | { published: string; ago: number }
  | { archived: string }
  | { takenDown: true }
  | { becomes: Partial<ViewerRights> }

export type Expected =
  | { state: 'resume' | 'next'; episode: string; position: number; rule?: ListedRule }
  | { state: 'absent'; rule: AbsentRule }

export interface History {
  promise: string
  show: Pick<TitleFacts, 'airingStatus' | 'isVip' | 'ageRating' | 'availableRegions'> & {
    episodes: ShownEpisode[]
  }
  viewer?: Partial<ViewerRights>
  did: Step[]
  /** One for all policies, or one for each where they differ. */
  finds: Expected | Record<ContinuePolicy, Expected>
  /** Some of what `last_played` passes over. */
  past?: Record<string, SkipReason>
}

/** Out since a hundred days, 1000 s long. */
export function episode(name: string, more: Partial<ShownEpisode> = {}): ShownEpisode {
  const [, season, number] = /^s(\d+)e(\d+)$/.exec(name)!.map(Number)
  return {
    name,
    seasonNumber: season!,
    number: number!,
    sortOrder: number!,
    durationSeconds: 1000,
    creditsStartSeconds: null,
    isFree: false,
    airedAgo: 100 * days,
    publishedAgo: 100 * days,
    status: 'published',
    ...more,
  }
}

/** The first episodes of a season. */
export const season = (number: number, count: number, more: Partial<ShownEpisode> = {}): ShownEpisode[] =>
  Array.from({ length: count }, (_, index) => episode(`s${number}e${index + 1}`, more))

export const airing = (...episodes: (ShownEpisode | ShownEpisode[])[]): History['show'] => ({
  airingStatus: 'airing',
  isVip: false,
  ageRating: null,
  availableRegions: null,
  episodes: episodes.flat(),
})
export const ended = (...episodes: (ShownEpisode | ShownEpisode[])[]): History['show'] => ({
  ...airing(...episodes),
  airingStatus: 'ended',
})

/** Left an episode at a second of it, so many minutes ago. */
export const left = (told: string, position: number, ago: number, more: Partial<Told> = {}): Told => ({
  told,
  position,
  ago,
  ...more,
})
/** Watched one of 1000 s to its end. */
export const saw = (told: string, ago: number, more: Partial<Told> = {}): Told => left(told, 990, ago, more)
export const paused = (told: string, ago: number): Told =>
  left(told, 0, ago, { more: { state: 'paused', sessionId: 'forgotten', sequence: 1 } })
export const again: Partial<Told> = { more: { restart: true, sessionId: 'again' } }
export const dismissed = (ago: number): Step => ({ dismissed: ago })
export const rewatched = (ago: number): Step => ({ rewatched: ago })
export const published = (name: string, ago: number): Step => ({ published: name, ago })
export const archived = (name: string): Step => ({ archived: name })
export const becomes = (rights: Partial<ViewerRights>): Step => ({ becomes: rights })

/** The rule is the one of the policy unless another is said. */
export const resume = (name: string, position: number, rule?: ListedRule): Expected => ({
  ...{ state: 'resume', episode: name, position },
  ...(rule && { rule }),
})
export const next = (name: string, position = 0, rule?: ListedRule): Expected => ({
  ...{ state: 'next', episode: name, position },
  ...(rule && { rule }),
})
export const absent = (rule: AbsentRule): Expected => ({ state: 'absent', rule })
/** In the order `last_played`, `furthest`, `first_unseen`. */
export const byPolicy = (
  last_played: Expected,
  furthest: Expected,
  first_unseen: Expected,
): Record<ContinuePolicy, Expected> => ({ last_played, furthest, first_unseen })

/** What each policy calls the two ways to be listed. */
export const policyRules: Record<ContinuePolicy, Record<'resume' | 'next', ListedRule>> = {
  last_played: { resume: 'unfinished_last_played', next: 'after_last_played' },
  furthest: { resume: 'unfinished_furthest', next: 'after_furthest' },
  first_unseen: { resume: 'unfinished_latest', next: 'first_unseen' },
}
