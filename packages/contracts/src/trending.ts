import { Uuid } from './common.js'
import { ContentSummary } from './content.js'
import { world } from './world.js'
import { z } from './z.js'

export const trendingPeriods = ['daily', 'weekly', 'monthly'] as const
export type TrendingPeriod = (typeof trendingPeriods)[number]

export const TrendingItem = z
  .object({
    rank: z.int().min(1),
    previousRank: z
      .int()
      .min(1)
      .nullable()
      .describe('Rank in the last hourly snapshot, null when it was not listed'),
    score: z.number().min(0),
    views: z.int().min(0).describe('Counted views in the window'),
    uniqueViewers: z.int().min(0).describe('Estimated (HyperLogLog, 0.81 % standard error)'),
    content: ContentSummary,
  })
  .openapi('TrendingItem', {
    example: {
      rank: 1,
      previousRank: 2,
      score: 41.5,
      views: 57,
      uniqueViewers: 44,
      content: world.summaries.winterTide,
    },
  })
export type TrendingItem = z.infer<typeof TrendingItem>

/** A list of fixed length: `next` is always null. */
export const TrendingList = z
  .object({ items: z.array(TrendingItem), next: z.null(), preparedAt: z.iso.datetime() })
  .openapi('TrendingList')
export type TrendingList = z.infer<typeof TrendingList>

/** The whole body may be left out. */
export const IncrementViews = z
  .strictObject({
    viewerId: z.string().min(1).max(128).describe('The client’s own stable id of an anonymous viewer'),
    sessionId: z.string().min(1).max(128).describe('The playback session this view began'),
  })
  .partial()
  .openapi('IncrementViews', { example: { viewerId: 'device-7f3a' } })
export type IncrementViews = z.infer<typeof IncrementViews>

export const ViewCount = z
  .object({
    contentId: Uuid,
    counted: z
      .boolean()
      .describe('Whether this request was a new view; false for a repeated Idempotency-Key'),
    totalViews: z.int().min(0),
    dayViews: z.int().min(0).describe('Views of the UTC calendar day'),
  })
  .openapi('ViewCount', {
    example: { contentId: world.contents.winterTide.id, counted: true, totalViews: 1043, dayViews: 12 },
  })
export type ViewCount = z.infer<typeof ViewCount>
