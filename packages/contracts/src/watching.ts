import { list, orNull, Timestamp, Uuid } from './common.js'
import { AiringStatus, ContentSummary } from './content.js'
import { refusals, SubscriptionTier } from './entitlement.js'
import { world } from './world.js'
import { z } from './z.js'

const seconds = z.number().min(0).max(86_400)

/** Which episode of a title stands for where its viewer is. */
export const continuePolicies = ['last_played', 'furthest', 'first_unseen'] as const
export const ContinuePolicy = z.enum(continuePolicies).openapi('ContinuePolicy', {
  description:
    '`last_played`: the episode watched last; `furthest`: the furthest one watched; both are resumed if unfinished, else the first ' +
    'uncompleted after it follows. `first_unseen`: the one watched last is resumed if unfinished, else the first uncompleted follows',
  example: 'last_played',
})
export type ContinuePolicy = z.infer<typeof ContinuePolicy>

/** Why a title is in the list with the episode it has. */
export const listedRules = [
  'unfinished_last_played',
  'unfinished_furthest',
  'unfinished_latest',
  'unfinished_special',
  'after_last_played',
  'after_furthest',
  'first_unseen',
  'new_run',
] as const
/** Why it is not. */
export const absentRules = [
  'never_watched',
  'not_published',
  'dismissed',
  'caught_up',
  'completed',
  'not_entitled',
  'nothing_after',
  'no_anchor',
] as const
export type ListedRule = (typeof listedRules)[number]
export type AbsentRule = (typeof absentRules)[number]

const rules =
  '`unfinished_last_played`, `unfinished_furthest`, `unfinished_latest`: where the viewer is, by policy `last_played`, `furthest`, ' +
  '`first_unseen`; `unfinished_special`: the special watched last; `after_last_played`, `after_furthest`: the first uncompleted after ' +
  'it; `first_unseen`: the first uncompleted of all; `new_run`: a rewatch that was begun'

export const ContinueEpisode = z
  .object({ id: Uuid, seasonNumber: z.int(), number: z.int(), title: z.string() })
  .openapi('ContinueEpisode', { example: world.neighbours.winterTide1 })

export const ContinueItem = z
  .object({
    content: ContentSummary,
    episode: ContinueEpisode,
    position: seconds.describe('Where to start, seconds; what is next may have been begun before'),
    duration: seconds.nullable().describe('Seconds; null while nobody knows'),
    rule: z.enum(listedRules).describe(rules),
    lastWatchedAt: Timestamp.describe('Of the title, any episode; or when its rewatch was begun'),
    state: z.enum(['resume', 'next']).describe('`resume`: where the viewer is; `next`: what follows'),
  })
  .openapi('ContinueItem', { example: world.continueItem })
export type ContinueItem = z.infer<typeof ContinueItem>

/** Why an episode was passed over. */
export const skipReasons = ['completed', 'special', 'weak', ...refusals] as const
export type SkipReason = (typeof skipReasons)[number]

/** How a title came to be in the list or not: what decided, from which facts, past which episodes. */
export const ContinueExplanation = z
  .object({
    contentId: Uuid,
    policy: ContinuePolicy,
    state: z.enum(['resume', 'next', 'absent']),
    rule: z
      .enum([...listedRules, ...absentRules])
      .describe(
        `${rules}. Absent: \`never_watched\` (nothing of 5 s or more), \`not_published\` (the title), \`dismissed\`, \`caught_up\` (all ` +
          'that aired is completed, and more is to come), `completed` (all is, and it ended), `not_entitled` (what is left is not for ' +
          'this viewer), `nothing_after` (nothing is left after the anchor, though something before it), `no_anchor` (nothing was ' +
          'watched to go on from, as a finished special)',
      ),
    episode: orNull(ContinueEpisode).describe('Of a dismissed title: the one that would be listed'),
    sortedAt: Timestamp.nullable().describe('The place in the list, latest first; null when absent'),
    facts: z.object({
      run: z.int().min(1).describe('Only what was watched in this run counts'),
      lastWatchedAt: Timestamp.nullable(),
      dismissedAt: Timestamp.nullable(),
      airingStatus: orNull(AiringStatus),
      subscriptionTier: SubscriptionTier,
      anchor: z
        .object({
          episode: ContinueEpisode,
          position: seconds,
          duration: seconds,
          completed: z.boolean(),
          watchedAt: Timestamp,
        })
        .nullable()
        .describe('Where the viewer is, by the policy'),
      aired: z.int().min(0).describe('Episodes that are published and have aired'),
      seen: z.int().min(0).describe('Of those, completed in this run'),
    }),
    skipped: z
      .array(z.object({ episode: ContinueEpisode, reason: z.enum(skipReasons) }))
      .describe(
        'Episodes that were looked at and passed over, in order. `weak`: only positions under 5 s, which are no activity; `special`: ' +
          'one that was watched, but is no place to go on from',
      ),
  })
  .openapi('ContinueExplanation', { example: world.continueExplanation })
export type ContinueExplanation = z.infer<typeof ContinueExplanation>

export const ContinueList = list(ContinueItem, 'ContinuePage')
  .extend({
    explanations: z
      .array(ContinueExplanation)
      .optional()
      .describe('With `explain=1`: of each item, in their order; of an absent title where it was asked for'),
  })
  .openapi('ContinueList', { example: { items: [world.continueItem], next: null } })

export const watchStatuses = [
  'not_started',
  'planned',
  'watching',
  'on_hold',
  'dropped',
  'completed',
  'rewatching',
] as const
export const WatchStatus = z.enum(watchStatuses).openapi('WatchStatus', { example: 'watching' })
export type WatchStatus = z.infer<typeof WatchStatus>

export const statusRules = ['set_by_viewer', 'not_watched', 'first_play', 'new_run', 'all_seen'] as const
export type StatusRule = (typeof statusRules)[number]

/** How a viewer stands to a title. `caughtUp` is told beside the status: who is may be watching, or may have put it on hold. */
export const TitleStatus = z
  .object({
    status: WatchStatus,
    caughtUp: z.boolean().describe('All that aired is completed in this run, and more is to come'),
    rule: z
      .enum(statusRules)
      .describe(
        '`set_by_viewer` (stays until he watches it again), `not_watched`, `first_play`, `new_run` (a rewatch), `all_seen` (of a ' +
          'title that ended)',
      ),
  })
  .openapi('TitleStatus', { example: world.titleStatus })
export type TitleStatus = z.infer<typeof TitleStatus>
