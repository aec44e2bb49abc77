import {
  type CreateReview,
  isUuid,
  type ModerateReview,
  mayAccess,
  type PatchReview,
  type Viewer,
} from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'
import type { ReviewDocument, Words } from './review-document.js'

const keptEdits = 50
const keptDecisions = 100

/** Reviews are by people. @throws ApiError forbidden for a token whose subject is none */
export function personOf(viewer: Viewer): string {
  if (isUuid(viewer.sub)) return viewer.sub.toLowerCase()
  throw new ApiError(
    'forbidden',
    'Reviews are written and voted on by people: the subject of this token is not the UUID of one.',
  )
}

/** The person who asks, null for nobody and for a token of something else. */
export const personOrNull = (viewer: Viewer | null): string | null =>
  viewer && isUuid(viewer.sub) ? viewer.sub.toLowerCase() : null

export const isModerator = (viewer: Viewer | null): boolean => mayAccess(viewer, 'editor')

/** A hidden review is there for its author and for moderators alone. */
export const maySee = (review: ReviewDocument, viewer: Viewer): boolean =>
  review.status === 'published' || isModerator(viewer) || review.userId === personOrNull(viewer)

/** The rating with which a review counts in the figures of its title, null while it does not. */
export const countedRating = ({
  status,
  rating,
}: Pick<ReviewDocument, 'status' | 'rating'>): number | null => (status === 'published' ? rating : null)

export const newReview = (
  { rating, title, text, hasSpoilers = false }: CreateReview,
  made: { id: string; contentId: string; userId: string; now: Date },
): ReviewDocument => ({
  _id: made.id,
  contentId: made.contentId,
  userId: made.userId,
  rating,
  title: title ?? null,
  text,
  hasSpoilers,
  helpfulCount: 0,
  status: 'published',
  version: 1,
  createdAt: made.now,
  updatedAt: made.now,
  edits: [],
  moderation: [],
})

const wordsOf = ({ rating, title, text, hasSpoilers }: Words): Words => ({ rating, title, text, hasSpoilers })

/** The review after a merge patch, its words of before among the edits; null when the patch changes nothing. */
export function patched(before: ReviewDocument, patch: PatchReview, now: Date): ReviewDocument | null {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
  const words: Words = { ...wordsOf(before), ...given }
  if (JSON.stringify(words) === JSON.stringify(wordsOf(before))) return null
  const edit = { ...wordsOf(before), version: before.version, editedAt: now }
  return {
    ...before,
    ...words,
    version: before.version + 1,
    updatedAt: now,
    edits: [...before.edits, edit].slice(-keptEdits),
  }
}

/** The review after a moderator's decision, with its trail; null when it is so already. */
export function moderated(
  before: ReviewDocument,
  { status, reason }: ModerateReview,
  by: string,
  now: Date,
): ReviewDocument | null {
  if (before.status === status) return null
  const version = before.version + 1
  const decision = { status, reason: reason ?? null, by, version, at: now }
  return {
    ...before,
    status,
    version,
    updatedAt: now,
    moderation: [...before.moderation, decision].slice(-keptDecisions),
  }
}

export const noReview = () =>
  new ApiError('review_not_found', 'There is no such review of this title, or a moderator has hidden it.')
export const reviewExists = () =>
  new ApiError('review_exists', 'You have reviewed this title already: edit that review, or remove it first.')
