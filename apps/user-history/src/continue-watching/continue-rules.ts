import {
  type AbsentRule,
  type ContinuePolicy,
  entitlement,
  type ListedRule,
  type SkipReason,
  type Watcher,
} from '@marquee/contracts'
import type { EpisodeState } from '../progress/progress-rules.js'
import {
  type EpisodeFacts,
  inOrder,
  isActivity,
  isSpecial,
  lastWatchedAt,
  type Standing,
  standingOf,
  statesOfRun,
  type Watching,
} from './title-rules.js'

export interface Asked extends Watching {
  policy: ContinuePolicy
  viewer: Watcher | null
  /** `saidAt` of then. */
  dismissedAt: number | null
}

/** An episode to go on with, seconds; `duration` is null where neither a player nor the catalogue told it. */
export interface Listed {
  state: 'resume' | 'next'
  rule: ListedRule
  episode: EpisodeFacts
  position: number
  duration: number | null
}
/** `instead`: what would be listed if the title were not dismissed. */
export type Outcome = Listed | { state: 'absent'; rule: AbsentRule; instead?: Listed }

/** What decided, from which facts, past which episodes. Times are milliseconds. */
export interface Verdict {
  outcome: Outcome
  /** Null where there never was anything. */
  lastWatchedAt: number | null
  /** The place in the list, highest first, ties by id of the title. Null when absent. */
  sortAt: number | null
  anchor: Seen | null
  standing: Standing
  skipped: Skipped[]
}
export interface Skipped {
  episode: EpisodeFacts
  reason: SkipReason
}
export interface Seen {
  episode: EpisodeFacts
  state: EpisodeState
}

/**
 * Continue watching, for one title. What is offered is published, has aired, is no special and may be watched by this viewer: a VIP
 * episode is passed over for a free viewer, and `skipped` says so. The place that the search starts from is any episode that he watched,
 * also one that he may watch no more: taking an episode down does not send its viewers back.
 */
export function continueWatching(asked: Asked): Verdict {
  const scene = sceneOf(asked)
  const anchor = anchorOf(scene)
  const { found, passed } = decide(scene, anchor)
  const outcome: Outcome =
    found.state !== 'absent' && isDismissed(scene)
      ? { state: 'absent', rule: 'dismissed', instead: found }
      : found
  return {
    outcome,
    lastWatchedAt: scene.lastAt,
    sortAt: outcome.state === 'absent' ? null : sortTime(scene, outcome),
    anchor,
    standing: scene.standing,
    skipped: skippedOf(scene, passed, found),
  }
}

interface Scene extends Asked {
  ordered: EpisodeFacts[]
  /** The same without specials. */
  regular: EpisodeFacts[]
  /** Of the present run, in order. */
  active: Seen[]
  states: Map<string, EpisodeState>
  lastAt: number | null
  standing: Standing
}

function sceneOf(asked: Asked): Scene {
  const ordered = inOrder(asked.episodes)
  const states = statesOfRun(asked.watched)
  return {
    ...asked,
    ordered,
    regular: ordered.filter((episode) => !isSpecial(episode)),
    active: ordered.flatMap((episode) => {
      const state = states.get(episode.id)
      return state && isActivity(state) ? [{ episode, state }] : []
    }),
    states,
    lastAt: lastWatchedAt(asked),
    standing: standingOf(asked),
  }
}

/**
 * The episode that stands for where the viewer is. A special stands for it only while it is unfinished and watched last: nobody goes on
 * from a special, so that a finished one leaves him where he was. Of two of one time the later in order: he went on to it.
 */
function anchorOf(scene: Scene): Seen | null {
  const places = scene.active.filter(
    ({ episode, state }) => !isSpecial(episode) || (!state.completed && refusalOf(scene, episode) === null),
  )
  const latest = places.reduce<Seen | null>(
    (best, one) => (best && best.state.effectiveAt > one.state.effectiveAt ? best : one),
    null,
  )
  const furthest = places.at(-1) ?? null
  return scene.policy === 'furthest' && latest && !isSpecial(latest.episode) ? furthest : latest
}

/** What is found, and the episodes that were passed on the way to it. */
function decide(scene: Scene, anchor: Seen | null): { found: Outcome; passed: EpisodeFacts[] } {
  if (scene.lastAt === null) return { found: absent('never_watched'), passed: [] }
  if (scene.title.status !== 'published') return { found: absent('not_published'), passed: [] }
  if (anchor && reasonToPass(scene, anchor.episode) === null)
    return { found: offer(scene, 'resume', resumeRule(scene, anchor), anchor.episode), passed: [] }
  const { rule, way } = wayOn(scene, anchor)
  const at = way.findIndex((episode) => reasonToPass(scene, episode) === null)
  const passed = [...(anchor ? [anchor.episode] : []), ...way.slice(0, at < 0 ? way.length : at)]
  if (at >= 0) return { found: offer(scene, 'next', rule, way[at]!), passed }
  return { found: absent(nothingLeft(scene, anchor, way)), passed }
}

const absent = (rule: AbsentRule): Outcome => ({ state: 'absent', rule })

/** Where it was watched with the duration by which that was judged. */
function offer(scene: Scene, state: Listed['state'], rule: ListedRule, episode: EpisodeFacts): Listed {
  const { position = 0, duration = episode.durationSeconds } = scene.states.get(episode.id) ?? {}
  return { state, rule, episode, position, duration }
}

const resumeRules = {
  last_played: 'unfinished_last_played',
  furthest: 'unfinished_furthest',
  first_unseen: 'unfinished_latest',
} as const
const resumeRule = ({ policy }: Scene, { episode }: Seen): ListedRule =>
  isSpecial(episode) ? 'unfinished_special' : resumeRules[policy]

const nextRules = {
  last_played: 'after_last_played',
  furthest: 'after_furthest',
  first_unseen: 'first_unseen',
} as const
/**
 * The episodes among which the first uncompleted one follows: from the anchor on, or all. Who began a rewatch wants its beginning,
 * whatever the policy; without a place nothing comes after it.
 */
function wayOn(scene: Scene, anchor: Seen | null): { rule: ListedRule; way: EpisodeFacts[] } {
  const { policy, regular, watched } = scene
  if (anchor === null && watched.run > 1) return { rule: 'new_run', way: regular }
  const rule = nextRules[policy]
  if (policy === 'first_unseen') return { rule, way: regular }
  return { rule, way: anchor ? regular.slice(regular.indexOf(anchor.episode)) : [] }
}

/**
 * Why nothing follows. That all is seen comes first. Then that what is left is not for this viewer, which he may change; a title of
 * which he saw the end alone has nothing after it, though something before.
 */
function nothingLeft(scene: Scene, anchor: Seen | null, way: EpisodeFacts[]): AbsentRule {
  if (scene.standing.all) return scene.standing.all
  const terms: readonly (SkipReason | null)[] = ['not_in_region', 'age_cap', 'vip_only']
  if (way.some((episode) => terms.includes(reasonToPass(scene, episode)))) return 'not_entitled'
  return anchor ? 'nothing_after' : 'no_anchor'
}

/** Null: this is one to go on with. */
function reasonToPass(scene: Scene, episode: EpisodeFacts): SkipReason | null {
  return scene.states.get(episode.id)?.completed ? 'completed' : refusalOf(scene, episode)
}

function refusalOf({ viewer, title, now }: Scene, episode: EpisodeFacts): SkipReason | null {
  const { allowed, reason } = entitlement(viewer, title, episode, now)
  return allowed ? null : reason
}

/**
 * A dismissed title is away until a new play, or until an episode comes with which this viewer could go on. When something was watched
 * decides, not when we heard of it: an offline phone that hands in older plays does not bring the title back.
 */
function isDismissed(scene: Scene): boolean {
  const { dismissedAt, lastAt, regular } = scene
  if (dismissedAt === null || lastAt! > dismissedAt) return false
  return !regular.some(
    (episode) => availableSince(episode) > dismissedAt && reasonToPass(scene, episode) === null,
  )
}

/**
 * Latest activity first, or the time that the next episode aired if that is later: it is news, while an older one was there before. So is
 * one that was published since we last heard from the viewer; what he found there already is none, though a phone that was offline dates
 * what it saw before that.
 */
function sortTime({ lastAt, heardAt }: Scene, { state, episode }: Listed): number {
  if (state !== 'next') return lastAt!
  const isNews = timeOf(episode.publishedAt) > (heardAt ?? lastAt!)
  return Math.max(lastAt!, isNews ? availableSince(episode) : timeOf(episode.airDate))
}

/** When it could first be watched: it was published and had aired. */
const availableSince = ({ publishedAt, airDate }: EpisodeFacts): number =>
  Math.max(timeOf(publishedAt), timeOf(airDate))

const timeOf = (time: string | null): number => (time === null ? 0 : Date.parse(time))

/** In order: what was passed on the way, and what was watched or touched without being a place. What was found is none of it. */
function skippedOf(scene: Scene, passed: EpisodeFacts[], found: Outcome): Skipped[] {
  const chosen = found.state === 'absent' ? null : found.episode
  const others = scene.ordered.filter((episode) => episode !== chosen)
  const onTheWay = new Set(passed)
  return others.flatMap((episode) => {
    const reason = onTheWay.has(episode) ? reasonToPass(scene, episode) : noPlace(scene, episode)
    return reason ? [{ episode, reason }] : []
  })
}

function noPlace(scene: Scene, episode: EpisodeFacts): SkipReason | null {
  const state = scene.states.get(episode.id)
  if (!state) return null
  if (!isActivity(state)) return 'weak'
  return isSpecial(episode) ? (refusalOf(scene, episode) ?? 'special') : null
}
