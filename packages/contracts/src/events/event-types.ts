import type { z as Zod } from 'zod'
import { z } from '../z.js'
import type { TopicName } from './topics.js'

/**
 * Event schemas, frozen per type and version: within a version only optional additions. They are deliberately not the API nouns,
 * so that an API change cannot change what is already in a topic. Consumers ignore unknown fields.
 */
const uuid = z.string()

const contentSnapshot = z.object({
  id: uuid,
  slug: z.string(),
  kind: z.enum(['movie', 'series', 'special']),
  title: z.string(),
  originalTitle: z.string().nullable(),
  posterUrl: z.string().nullable(),
  year: z.number().nullable(),
  origin: z.enum(['korean', 'japanese', 'chinese', 'taiwanese', 'thai', 'other']),
  isVip: z.boolean(),
  genres: z.array(z.object({ id: uuid, name: z.string() })),
  status: z.enum(['draft', 'scheduled', 'published', 'archived']),
})

const contentDeleted = z.object({ id: uuid, slug: z.string() })

const contentStats = z.object({
  id: uuid,
  totalViews: z.number().int().min(0),
  popularity: z.number().min(0),
})

const contentViewed = z.object({
  contentId: uuid,
  /** Keyed hash: tells viewers apart, never who they are. */
  viewerKey: z.string(),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
})

const episodeSnapshot = z.object({
  id: uuid,
  contentId: uuid,
  seasonNumber: z.number().int(),
  number: z.number().int(),
  sortOrder: z.number(),
  title: z.string(),
  durationSeconds: z.number().nullable(),
  creditsStartSeconds: z.number().nullable(),
  isFree: z.boolean(),
  airDate: z.string().nullable(),
  status: z.enum(['draft', 'scheduled', 'published', 'archived']),
})

const episodeDeleted = z.object({ id: uuid, contentId: uuid })

/** Never the words of a review, nor who wrote it but by id. */
const reviewPosted = z.object({
  id: uuid,
  contentId: uuid,
  userId: uuid,
  rating: z.number().int().min(1).max(10),
})

/** Absolute figures of the published reviews of one title. */
const ratingChanged = z.object({
  contentId: uuid,
  count: z.number().int().min(0),
  sum: z.number().int().min(0),
  average: z.number().min(1).max(10).nullable(),
})

/**
 * One event per version of a title, so `subjectVersion` alone orders them: `content.created` for a new title whatever its status,
 * else `content.published`, `content.unpublished` (published before, not now), `content.deleted` (archived) or `content.updated`.
 */
export const eventTypes = {
  'content.created': { version: 1, topic: 'content', schema: contentSnapshot },
  'content.updated': { version: 1, topic: 'content', schema: contentSnapshot },
  'content.published': { version: 1, topic: 'content', schema: contentSnapshot },
  'content.unpublished': { version: 1, topic: 'content', schema: contentSnapshot },
  'content.deleted': { version: 1, topic: 'content', schema: contentDeleted },
  /** Absolute figures; `subjectVersion` counts the statements made about this title. */
  'content.stats': { version: 1, topic: 'content.stats', schema: contentStats },
  /** One counted view; the event id is the view id. Counting consumers use the inbox, `subjectVersion` is the total after it. */
  'content.viewed': { version: 1, topic: 'content.viewed', schema: contentViewed },
  /** One per version of an episode, as for titles; `episode.deleted` when it is archived. */
  'episode.created': { version: 1, topic: 'episode', schema: episodeSnapshot },
  'episode.updated': { version: 1, topic: 'episode', schema: episodeSnapshot },
  'episode.published': { version: 1, topic: 'episode', schema: episodeSnapshot },
  'episode.deleted': { version: 1, topic: 'episode', schema: episodeDeleted },
  'review.posted': { version: 1, topic: 'review', schema: reviewPosted },
  /** `subjectVersion` counts the changes of the title's summary. */
  'rating.changed': { version: 1, topic: 'rating', schema: ratingChanged },
} as const satisfies Record<string, { version: number; topic: TopicName; schema: Zod.ZodType }>

export type EventType = keyof typeof eventTypes
export type EventData<T extends EventType> = Zod.infer<(typeof eventTypes)[T]['schema']>
export const topicOf = (type: EventType): TopicName => eventTypes[type].topic
export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text)
