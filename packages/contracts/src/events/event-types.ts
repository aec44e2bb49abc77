import type { z as Zod } from 'zod'
import { z } from '../z.js'
import type { TopicName } from './topics.js'

/**
 * Event schemas, frozen per type and version: within a version only optional additions (decision 0017). They are deliberately not the API nouns, so that an API change cannot change what is already in a topic. Consumers ignore unknown fields.
 * They say what every store can take, so that what passes here does not fail there.
 */
const uuid = z.guid()
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what PostgreSQL does not take, nor half a surrogate pair
const text = z.string().regex(/^[^\u0000\ud800-\udfff]*$/u)
const time = z.iso.datetime({ offset: true })

const contentSnapshot = z.object({
  id: uuid,
  slug: text,
  kind: z.enum(['movie', 'series', 'special']),
  title: text,
  originalTitle: text.nullable(),
  posterUrl: text.nullable(),
  year: z.int32().nullable(),
  origin: z.enum(['korean', 'japanese', 'chinese', 'taiwanese', 'thai', 'other']),
  isVip: z.boolean(),
  genres: z.array(z.object({ id: uuid, name: text })),
  status: z.enum(['draft', 'scheduled', 'published', 'archived']),
  // Came later: what was told before does not say them.
  airingStatus: z.enum(['upcoming', 'airing', 'ended']).nullable().optional(),
  ageRating: text.nullable().optional(),
  availableRegions: z.array(text).nullable().optional(),
})

const contentDeleted = z.object({ id: uuid, slug: text })

const contentStats = z.object({
  id: uuid,
  totalViews: z.number().int().min(0),
  popularity: z.number().min(0),
})

const contentViewed = z.object({
  contentId: uuid,
  /** Keyed hash: tells viewers apart, never who they are. */
  viewerKey: text,
  userId: text.nullable(),
  sessionId: text.nullable(),
})

const episodeSnapshot = z.object({
  id: uuid,
  contentId: uuid,
  seasonNumber: z.int32(),
  number: z.int32(),
  sortOrder: z.number(),
  title: text,
  durationSeconds: z.number().nullable(),
  creditsStartSeconds: z.number().nullable(),
  isFree: z.boolean(),
  airDate: time.nullable(),
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

interface EventSpec {
  /** What is written now. */
  version: number
  topic: TopicName
  /** The field that is the subject, and so the key. */
  about: 'id' | 'contentId'
  schema: Zod.ZodType
  /** Versions that were written before and are still read: each schema ends in a transform into the current one. */
  previous?: Readonly<Record<number, Zod.ZodType>>
}

/**
 * One event per version of a title, so `subjectVersion` alone orders them: `content.created` for a new title whatever its status,
 * else `content.published`, `content.unpublished` (published before, not now), `content.deleted` (archived) or `content.updated`.
 */
export const eventTypes = {
  'content.created': { version: 1, topic: 'content', about: 'id', schema: contentSnapshot },
  'content.updated': { version: 1, topic: 'content', about: 'id', schema: contentSnapshot },
  'content.published': { version: 1, topic: 'content', about: 'id', schema: contentSnapshot },
  'content.unpublished': { version: 1, topic: 'content', about: 'id', schema: contentSnapshot },
  'content.deleted': { version: 1, topic: 'content', about: 'id', schema: contentDeleted },
  /** Absolute figures; `subjectVersion` counts the statements made about this title. */
  'content.stats': { version: 1, topic: 'content.stats', about: 'id', schema: contentStats },
  /** One counted view; the event id is the view id. Counting consumers use the inbox, `subjectVersion` is the total after it. */
  'content.viewed': { version: 1, topic: 'content.viewed', about: 'contentId', schema: contentViewed },
  /** One per version of an episode, as for titles; `episode.deleted` when it is archived. */
  'episode.created': { version: 1, topic: 'episode', about: 'id', schema: episodeSnapshot },
  'episode.updated': { version: 1, topic: 'episode', about: 'id', schema: episodeSnapshot },
  'episode.published': { version: 1, topic: 'episode', about: 'id', schema: episodeSnapshot },
  'episode.deleted': { version: 1, topic: 'episode', about: 'id', schema: episodeDeleted },
  'review.posted': { version: 1, topic: 'review', about: 'id', schema: reviewPosted },
  /** `subjectVersion` counts the changes of the title's summary. */
  'rating.changed': { version: 1, topic: 'rating', about: 'contentId', schema: ratingChanged },
} as const satisfies Record<string, EventSpec>

export type EventType = keyof typeof eventTypes
export type EventData<T extends EventType> = Zod.infer<(typeof eventTypes)[T]['schema']>
export const topicOf = (type: EventType): TopicName => eventTypes[type].topic
export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text)

/** Every version of a type that may still be in a topic, with its schema. */
export function versionsOf(type: EventType): { version: number; schema: Zod.ZodType }[] {
  const { version, schema, previous = {} }: EventSpec = eventTypes[type]
  const older = Object.entries(previous).map(([number, own]) => ({ version: Number(number), schema: own }))
  return [...older, { version, schema }]
}

/** The schema of one version, whose output is what the current version says; undefined for a version that never was. */
export const schemaOf = (type: EventType, version: number): Zod.ZodType | undefined =>
  versionsOf(type).find((one) => one.version === version)?.schema
