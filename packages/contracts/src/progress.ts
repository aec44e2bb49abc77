import { orNull, Timestamp, Uuid } from './common.js'
import { defaultLimits } from './limits.js'
import { FieldError, type ProblemCode, problemCodes } from './problems.js'
import { world } from './world.js'
import { z } from './z.js'

const seconds = z.number().min(0).max(86_400)
const note = z.string().trim().min(1).max(200)

export const playbackStates = ['playing', 'paused', 'stopped'] as const
export const PlaybackState = z.enum(playbackStates)

/** One report of a player. What the server keeps of an episode follows from the set of its reports, whatever order they come in. */
export const CreateProgress = z
  .strictObject({
    episodeId: Uuid,
    position: seconds.describe('Seconds from the start'),
    duration: seconds
      .min(1)
      .describe('Seconds, as the player knows it; the catalogue’s decides where it is known'),
    sessionId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'expected 1 to 128 visible ASCII characters')
      .describe(
        'One sitting with one episode, named by the player. Left out: one per device, episode and UTC day',
      )
      .optional(),
    sequence: z
      .int()
      .min(0)
      .describe('Counts the reports of a session; the highest one counts. Left out: the time of the report')
      .optional(),
    at: Timestamp.describe('When the report was made, by the clock of the device').optional(),
    sentAt: Timestamp.describe(
      'When it is sent, by the same clock: corrects `at` against the clock of the server',
    ).optional(),
    state: PlaybackState.default('playing'),
    restart: z.boolean().describe('Begins a new run of the title').optional(),
    device: note.optional(),
    quality: note.optional(),
    subtitles: note.optional(),
  })
  .refine(({ position, duration }) => position <= duration, {
    path: ['position'],
    message: 'the position is over the duration',
  })
  .refine(({ at, sentAt }) => sentAt === undefined || at !== undefined, {
    path: ['sentAt'],
    message: '`sentAt` corrects `at`, which is missing',
  })
  .openapi('CreateProgress', {
    example: {
      episodeId: world.episodes.winterTide1.id,
      position: 1820,
      duration: 3720,
      sessionId: 'tv-42',
      sequence: 12,
      state: 'playing',
    },
  })
export type CreateProgress = z.infer<typeof CreateProgress>

/** Why an episode counts as completed, or not; see the rules of progress. */
export const progressRules = ['credits', 'ninety_percent', 'ten_seconds_left', 'not_completed'] as const
export const ProgressRule = z.enum(progressRules)
export type ProgressRule = z.infer<typeof ProgressRule>

export const NextEpisode = z
  .object({
    episodeId: Uuid,
    contentId: Uuid,
    title: z.string(),
    seasonNumber: z.int(),
    number: z.int(),
  })
  .openapi('NextEpisode')
export type NextEpisode = z.infer<typeof NextEpisode>

export const AutoNext = z.object({
  enabled: z.boolean().describe('False for a viewer who switched it off'),
  countdownSeconds: z.int(),
  startsAt: seconds.nullable().describe('Position in seconds; null where nothing follows'),
})

export const Progress = z
  .object({
    episodeId: Uuid,
    contentId: Uuid,
    run: z.int().min(1).describe('Which watching of the title from the start'),
    position: seconds,
    duration: seconds,
    completed: z.boolean(),
    rule: ProgressRule.describe('What made it completed'),
    applied: z.boolean().describe('Whether this report changed the state'),
    next: orNull(NextEpisode),
    autoNext: AutoNext,
  })
  .openapi('Progress', { example: world.progress })
export type Progress = z.infer<typeof Progress>

const reportsOfBatch = {
  type: 'array' as const,
  minItems: 1,
  maxItems: defaultLimits.progressBatchMax,
  items: { $ref: '#/components/schemas/CreateProgress' },
}

/** Reports are looked at one by one, so that one that is wrong does not take the others of an offline week with it. */
export const CreateProgressBatch = z
  .strictObject({
    items: z
      .array(z.unknown())
      .min(1)
      .max(defaultLimits.progressBatchMax)
      .openapi({ ...reportsOfBatch, description: 'Reports, in any order' }),
    sentAt: Timestamp.describe('Of all that have an `at` and no `sentAt` of their own').optional(),
  })
  .openapi('CreateProgressBatch', {
    example: {
      items: [
        {
          episodeId: world.episodes.winterTide1.id,
          position: 1820,
          duration: 3720,
          sessionId: 'phone-7',
          sequence: 12,
          at: '2025-11-05T19:00:00.000Z',
        },
      ],
      sentAt: '2025-11-06T08:00:00.000Z',
    },
  })
export type CreateProgressBatch = z.infer<typeof CreateProgressBatch>

export const ProgressBatch = z
  .object({
    items: z.array(
      z.object({
        ok: z.boolean(),
        progress: Progress.optional().describe('Of one that was kept: the state of the episode after it'),
        problem: z
          .object({
            code: z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]),
            detail: z.string(),
            errors: z.array(FieldError).optional().describe('Pointers into the body, as `/items/3/position`'),
          })
          .optional()
          .describe('Of one that was not: why. `unavailable` and `internal` may be handed in again as it is'),
      }),
    ),
  })
  .openapi('ProgressBatch', {
    description: 'One for each report, in their order',
    example: { items: [{ ok: true, progress: world.progress }] },
  })
export type ProgressBatch = z.infer<typeof ProgressBatch>

/** What one viewer has of one title: his part of its details. */
export const ViewerState = z
  .object({
    run: z.int().min(1).describe('The present watching; 1 also before the first'),
    episodes: z
      .array(
        z.object({
          episodeId: Uuid,
          position: seconds,
          duration: seconds,
          completed: z.boolean(),
          updatedAt: Timestamp,
        }),
      )
      .describe('Of the present run, latest activity first'),
    plays: z.int().min(0).describe('Rows of his watch history of this title'),
    lastWatchedAt: Timestamp.nullable(),
  })
  .openapi('ViewerState', { example: world.viewerState })
export type ViewerState = z.infer<typeof ViewerState>
