import type { Review, ReviewStatus } from '@marquee/contracts'

/** What a person says. */
export interface Words {
  rating: number
  title: string | null
  text: string | null
  hasSpoilers: boolean
}

/** Words as they were in an earlier version. */
export interface Edit extends Words {
  version: number
  editedAt: Date
}

export interface Decision {
  status: ReviewStatus
  reason: string | null
  /** Subject of the moderator's token. */
  by: string
  /** Of the review that the decision made. */
  version: number
  at: Date
}

/** A document of `reviews`. */
export interface ReviewDocument extends Words {
  _id: string
  contentId: string
  userId: string
  helpfulCount: number
  status: ReviewStatus
  version: number
  createdAt: Date
  updatedAt: Date
  /** The last 50, oldest first. */
  edits: Edit[]
  /** The last 100 decisions, oldest first. */
  moderation: Decision[]
}

export type ShownReview = Omit<ReviewDocument, 'edits' | 'moderation'>

/** As callers see it: what was said before and what moderators wrote stay here. */
export const presentReview = (review: ShownReview): Review => ({
  id: review._id,
  contentId: review.contentId,
  userId: review.userId,
  rating: review.rating,
  title: review.title,
  text: review.text,
  hasSpoilers: review.hasSpoilers,
  helpfulCount: review.helpfulCount,
  status: review.status,
  version: review.version,
  createdAt: review.createdAt.toISOString(),
  updatedAt: review.updatedAt.toISOString(),
})
