import { Cursor, Limit, Timestamp, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

export const reviewSorts = ['newest', 'helpful', 'highest', 'lowest'] as const
export const ReviewSort = z.enum(reviewSorts).openapi({ example: 'newest' })
export type ReviewSort = z.infer<typeof ReviewSort>

/** `published` on post; a moderator may hide a review, which then counts in no figure, and bring it back. */
export const reviewStatuses = ['published', 'hidden'] as const
export const ReviewStatus = z.enum(reviewStatuses)
export type ReviewStatus = z.infer<typeof ReviewStatus>

const rating = z.int().min(1).max(10)
const title = z.string().trim().min(1).max(200)
const text = z.string().trim().min(1).max(10_000)

export const Review = z
  .object({
    id: Uuid,
    contentId: Uuid,
    userId: Uuid,
    rating,
    title: z.string().nullable(),
    text: z.string().nullable().describe('Null for a rating without words (imports)'),
    hasSpoilers: z.boolean(),
    helpfulCount: z.int().min(0).describe('People who found it helpful'),
    status: ReviewStatus,
    version: z.int().min(1).describe('Counts edits by its author and by moderators'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .openapi('Review', { example: world.reviews.minaOnWinterTide })
export type Review = z.infer<typeof Review>

/** Of the published reviews of one title. */
export const ReviewSummary = z
  .object({
    count: z.int().min(0),
    average: z.number().min(1).max(10).nullable().describe('Mean, null without reviews'),
    distribution: z
      .record(z.string().regex(/^([1-9]|10)$/), z.int().min(0))
      .describe('Reviews per rating; all of "1" to "10"'),
  })
  .openapi('ReviewSummary', { example: world.reviewSummary })
export type ReviewSummary = z.infer<typeof ReviewSummary>

export const ReviewList = z
  .object({
    items: z.array(Review),
    next: z.string().nullable().describe('Cursor of the next page, null on the last'),
    summary: ReviewSummary,
  })
  .openapi('ReviewList', {
    example: { items: [world.reviews.minaOnWinterTide], next: null, summary: world.reviewSummary },
  })
export type ReviewList = z.infer<typeof ReviewList>

export const CreateReview = z
  .strictObject({ rating, title: title.optional(), text, hasSpoilers: z.boolean().optional() })
  .openapi('CreateReview', {
    example: {
      rating: 9,
      title: 'Quiet and exact',
      text: 'The sea does most of the talking.',
      hasSpoilers: false,
    },
  })
export type CreateReview = z.infer<typeof CreateReview>

/** JSON merge patch: what is absent stays; `title: null` removes it. */
export const PatchReview = z
  .strictObject({ rating, title: title.nullable(), text, hasSpoilers: z.boolean() })
  .partial()
  .openapi('PatchReview', { example: { rating: 8 } })
export type PatchReview = z.infer<typeof PatchReview>

export const ModerateReview = z
  .strictObject({ status: ReviewStatus, reason: z.string().trim().min(1).max(500).optional() })
  .openapi('ModerateReview', { example: { status: 'hidden', reason: 'Advertising' } })
export type ModerateReview = z.infer<typeof ModerateReview>

export const listReviewsQuery = z.object({
  sort: ReviewSort.default('newest').openapi({
    description: 'Among equals the newest comes first',
    example: 'newest',
  }),
  spoilers: z
    .enum(['include', 'exclude'])
    .default('include')
    .openapi({ description: '`exclude` leaves out reviews with spoilers', example: 'include' }),
  status: ReviewStatus.default('published').openapi({
    description: '`hidden`: for moderators those of everybody, for other signed-in callers their own',
    example: 'published',
  }),
  limit: Limit,
  cursor: Cursor.optional(),
})
