import { orNull, Uuid } from './common.js'
import { Entitlement } from './entitlement.js'
import { AutoNext, NextEpisode } from './progress.js'
import { world } from './world.js'
import { z } from './z.js'

const seconds = z.number().min(0).max(86_400)

/** What user-history says of an episode that is about to be played, for this viewer or for nobody in particular. */
export const PlayState = z
  .object({
    episodeId: Uuid,
    contentId: Uuid,
    entitlement: Entitlement,
    resume: z
      .object({ position: seconds, duration: seconds, completed: z.boolean(), run: z.int().min(1) })
      .nullable()
      .describe('Where the viewer left it in the present run; null where he was not'),
    next: orNull(NextEpisode).describe('The next that this viewer may watch'),
    autoNext: AutoNext,
  })
  .openapi('PlayState', {
    example: {
      episodeId: world.episodes.winterTide1.id,
      contentId: world.contents.winterTide.id,
      entitlement: { allowed: true, reason: 'free_title' },
      resume: { position: 1820, duration: 3720, completed: false, run: 1 },
      next: world.progress.next,
      autoNext: world.progress.autoNext,
    },
  })
export type PlayState = z.infer<typeof PlayState>
