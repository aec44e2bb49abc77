import { Slug } from './common.js'
import { eventTypes } from './events/event-types.js'
import { Genre } from './genre.js'
import { world } from './world.js'
import { z } from './z.js'

/*
 * What the catalogue answers an app that makes its copy anew: the same words as its events use, with the version that the newest
 * event of the subject has. Every status is there, since a copy also keeps what was taken down.
 */
const version = z.int().min(1).describe('`subjectVersion` of its newest event')
const next = z.string().nullable().describe('Id to ask the next page `after`, null on the last')
const { winterTide } = world.contents
const { winterTide1 } = world.episodes

// The texts of events say which characters a store takes, in a pattern that OpenAPI cannot show.
export const InternalTitle = eventTypes['content.updated'].schema
  .extend({
    slug: Slug,
    title: z.string(),
    originalTitle: z.string().nullable(),
    posterUrl: z.string().nullable(),
    genres: z.array(Genre),
    ageRating: z.string().nullable().optional(),
    availableRegions: z.array(z.string()).nullable().optional(),
    version,
  })
  .openapi('InternalTitle')
export type InternalTitle = z.infer<typeof InternalTitle>

export const InternalEpisode = eventTypes['episode.updated'].schema
  .extend({ title: z.string(), version })
  .openapi('InternalEpisode')
export type InternalEpisode = z.infer<typeof InternalEpisode>

/** A page in the order of ids. */
export const InternalTitles = z
  .object({ items: z.array(InternalTitle), next })
  .openapi('InternalTitles', { example: { items: [winterTide], next: winterTide.id } })
export type InternalTitles = z.infer<typeof InternalTitles>

export const InternalEpisodes = z
  .object({ items: z.array(InternalEpisode), next })
  .openapi('InternalEpisodes', { example: { items: [winterTide1], next: winterTide1.id } })
export type InternalEpisodes = z.infer<typeof InternalEpisodes>
