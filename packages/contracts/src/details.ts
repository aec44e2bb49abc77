import { orNull } from './common.js'
import { Content } from './content.js'
import { Credit } from './credit.js'
import { Episode } from './episode.js'
import { ViewerState } from './progress.js'
import { Review, ReviewSummary } from './review.js'
import { world } from './world.js'
import { z } from './z.js'

const rank = z
  .int()
  .min(1)
  .nullable()
  .describe('Place in the daily list of all titles, null when it is not in it')

/** What trending answers the gateway. */
export const InternalViews = z
  .object({ totalViews: z.int().min(0), dayViews: z.int().min(0), rank })
  .openapi('TitleViews', { example: { totalViews: 1043, dayViews: 12, rank: 3 } })
export type InternalViews = z.infer<typeof InternalViews>

/** What the catalogue answers the gateway, over its foreign tables. `ageMs` is how old the answer may be: 0 from the primary. */
export const InternalAudience = z
  .object({
    viewers: z.int().min(0),
    plays: z.int().min(0),
    source: z.enum(['primary', 'replica']),
    ageMs: z.int().min(0),
  })
  .openapi('InternalAudience', { example: { viewers: 310, plays: 702, source: 'primary', ageMs: 0 } })
export type InternalAudience = z.infer<typeof InternalAudience>

/** How a part of the details came to be. */
export const Part = z
  .object({
    state: z
      .enum(['fresh', 'stale', 'missing'])
      .describe('`stale`: the last good answer, or one from a copy that lags'),
    ageMs: z
      .int()
      .min(0)
      .nullable()
      .describe('Milliseconds since it was true; 0 when fresh, null when missing'),
    source: z.string().nullable().describe('Who answered; `cache` for a last good answer, null when missing'),
    reason: z.string().optional().describe('Why it is not fresh'),
  })
  .openapi('Part', { example: { state: 'fresh', ageMs: 0, source: 'catalog' } })
export type Part = z.infer<typeof Part>

/** A missing part is null, or empty where it is a list. */
export const ContentDetails = z
  .object({
    content: Content,
    episodes: z.array(Episode),
    credits: z.array(Credit),
    reviews: z.object({ summary: ReviewSummary, items: z.array(Review) }).nullable(),
    trending: orNull(InternalViews),
    audience: z.object({ viewers: z.int().min(0), plays: z.int().min(0) }).nullable(),
    viewer: ViewerState.nullable().optional().describe('Of the caller; absent for anonymous ones'),
    parts: z.object({
      catalog: Part,
      reviews: Part,
      trending: Part,
      audience: Part,
      viewer: Part.optional(),
    }),
  })
  .openapi('ContentDetails', { example: world.details })
export type ContentDetails = z.infer<typeof ContentDetails>
