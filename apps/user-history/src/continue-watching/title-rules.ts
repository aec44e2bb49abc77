import { type AiringStatus, type EpisodeTerms, hasAired, type TitleTerms } from '@marquee/contracts'
import type { EpisodeState, TitleState } from '../progress/progress-rules.js'
import { weakUnder } from '../progress/report-rules.js'

/** What the catalogue says of a title that matters for watching it. */
export interface TitleFacts extends TitleTerms {
  airingStatus: AiringStatus | null
}

/** The same of an episode. Times in RFC 3339; `publishedAt` is the latest time that it became published. */
export interface EpisodeFacts extends EpisodeTerms {
  id: string
  seasonNumber: number
  sortOrder: number
  durationSeconds: number | null
  publishedAt: string | null
}

/** A title and what its viewer did with it. Archived episodes belong to it: where one was, the viewer still is. */
export interface Watching {
  title: TitleFacts
  episodes: readonly EpisodeFacts[]
  /** Of all runs: those before the present one tell when the title was last watched, and nothing else. */
  watched: Pick<TitleState, 'run' | 'episodes'>
  /** When the viewer last began a run by his word instead of a report: `saidAt` of then. */
  runBeganAt: number | null
  /** When we last heard from the viewer about it, whatever time that was dated; milliseconds. Left out: when he last watched it. */
  heardAt?: number | null
  /** Milliseconds. */
  now: number
}

/** Season 0. */
export const isSpecial = ({ seasonNumber }: EpisodeFacts): boolean => seasonNumber === 0

/** Season by season, in each by its order; of two in one place the lower id first, as everywhere. */
export const inOrder = (episodes: readonly EpisodeFacts[]): EpisodeFacts[] =>
  episodes.toSorted(
    (a, b) => a.seasonNumber - b.seasonNumber || a.sortOrder - b.sortOrder || (a.id < b.id ? -1 : 1),
  )

/**
 * Whether someone was there. A weak position (under 5 s) is none: what never replaces a stronger position of its episode does not move
 * the viewer to another one either, and a paused client that reports zero puts nothing into a list.
 */
export const isActivity = ({ position, completed }: EpisodeState): boolean =>
  completed || position >= weakUnder

/** Of the present run, by episode. A rewatch counts only what it saw itself. */
export const statesOfRun = ({ run, episodes }: Watching['watched']): Map<string, EpisodeState> =>
  new Map(episodes.filter((state) => state.run === run).map((state) => [state.episodeId, state]))

/**
 * When the viewer last did something with the title, milliseconds: watched some of it, or began a rewatch, which is his word even where
 * nothing of it was watched yet. Null: never.
 */
export function lastWatchedAt({ watched, runBeganAt }: Watching): number | null {
  const times = watched.episodes.filter(isActivity).map(({ effectiveAt }) => effectiveAt)
  if (runBeganAt !== null) times.push(runBeganAt)
  if (watched.run > 1) {
    const own = [...statesOfRun(watched).values()].map(({ effectiveAt }) => effectiveAt)
    if (own.length > 0) times.push(Math.min(...own))
  }
  return times.length === 0 ? null : Math.max(...times)
}

/**
 * The time of what the viewer says of a title now, milliseconds: that he dismisses it, its status, a rewatch. It comes after all that he
 * watched, also where a device with a fast clock dated that a little ahead; else it would undo what he says.
 */
export const saidAt = (watching: Watching): number =>
  Math.max(watching.now, (lastWatchedAt(watching) ?? 0) + 1)

/** How far the present run is. */
export interface Standing {
  /** Episodes that are published and have aired, and how many of them are completed. Whether the viewer may watch them is all one. */
  aired: number
  seen: number
  /** All of them are; `completed` of an ended title, `caught_up` where more is to come. Of nothing nobody has seen all. */
  all: 'completed' | 'caught_up' | null
}

/** Specials count only where there is nothing else. */
export function standingOf({ title, episodes, watched, now }: Watching): Standing {
  const states = statesOfRun(watched)
  const out = episodes.filter((episode) => isOut(episode, now))
  const regular = out.filter((episode) => !isSpecial(episode))
  const counted = regular.length > 0 ? regular : out
  const seen = counted.filter(({ id }) => states.get(id)?.completed).length
  const whole = isOver(title, episodes, now) ? 'completed' : 'caught_up'
  return { aired: counted.length, seen, all: counted.length > 0 && seen === counted.length ? whole : null }
}

const isOut = (episode: EpisodeFacts, now: number): boolean =>
  episode.status === 'published' && hasAired(episode, now)

/** A title of which nobody said whether it airs is over unless an episode of it is announced. */
function isOver({ airingStatus }: TitleFacts, episodes: readonly EpisodeFacts[], now: number): boolean {
  if (airingStatus !== null) return airingStatus === 'ended'
  return !episodes.some(
    (one) => one.status === 'scheduled' || (one.status === 'published' && !hasAired(one, now)),
  )
}
