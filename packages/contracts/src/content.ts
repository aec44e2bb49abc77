import { HttpUrl, Language, list, Slug, Timestamp, Uuid } from './common.js'
import { Credit } from './credit.js'
import { Episode } from './episode.js'
import { Genre } from './genre.js'
import { Tag } from './tag.js'
import { world } from './world.js'
import { z } from './z.js'

export const kinds = ['movie', 'series', 'special'] as const
export const Kind = z.enum(kinds).openapi('Kind', { example: 'series' })
export type Kind = z.infer<typeof Kind>

export const origins = ['korean', 'japanese', 'chinese', 'taiwanese', 'thai', 'other'] as const
export const Origin = z.enum(origins).openapi('Origin', { example: 'korean' })
export type Origin = z.infer<typeof Origin>

export const statuses = ['draft', 'scheduled', 'published', 'archived'] as const
export const Status = z.enum(statuses).openapi('Status', { example: 'published' })
export type Status = z.infer<typeof Status>

export const airingStatuses = ['upcoming', 'airing', 'ended'] as const
export const AiringStatus = z.enum(airingStatuses).openapi('AiringStatus', { example: 'airing' })
export type AiringStatus = z.infer<typeof AiringStatus>

/** What `include` can add to a title. */
export const includes = ['episodes', 'translations', 'externalIds', 'credits', 'tags'] as const
export const Include = z.enum(includes)
export type Include = z.infer<typeof Include>

export const contentSorts = ['newest', 'oldest', 'title', 'year', 'rating', 'popularity', 'views'] as const
export const ContentSort = z.enum(contentSorts).openapi({ example: 'newest' })
export type ContentSort = z.infer<typeof ContentSort>

const title = z.string().trim().min(1).max(500)
const year = z.int().min(1870).max(2200)
const rating = z.number().min(1).max(10)
// Free text: titles come from catalogues with words of their own, and most of them name an age.
const ageRating =
  'As ALL, 7+, 12+, 13+, 15+, 18+, or in words of another catalogue. What names no age passes no cap below adult'
const regions = 'ISO 3166-1 alpha-2; null is everywhere, none is nowhere'

/** A title in a list, a row or another noun. */
export const ContentSummary = z
  .object({
    id: Uuid,
    slug: Slug,
    kind: Kind,
    title,
    posterUrl: HttpUrl.nullable(),
    year: year.nullable(),
    origin: Origin,
    rating: rating.nullable().describe('Mean of the published reviews, null without any'),
    isVip: z.boolean(),
  })
  .openapi('ContentSummary', { example: world.summaries.winterTide })
export type ContentSummary = z.infer<typeof ContentSummary>

export const Translation = z
  .object({ language: z.string(), title, description: z.string().nullable() })
  .openapi('Translation', { example: { language: 'ja', title: '冬の潮', description: null } })

export const ExternalId = z
  .object({ source: z.string(), externalId: z.string(), url: z.string().nullable() })
  .openapi('ExternalId', { example: { source: 'bangumi', externalId: '12345', url: null } })

/** One title. Statistics (`rating` to `popularity`) are kept apart and never change `version`. */
export const Content = z
  .object({
    id: Uuid,
    slug: Slug,
    kind: Kind,
    title: title.describe('In the language answered (`Content-Language`), else the title as entered'),
    originalTitle: z.string().nullable(),
    description: z.string().nullable(),
    posterUrl: HttpUrl.nullable(),
    bannerUrl: HttpUrl.nullable(),
    thumbnailUrl: HttpUrl.nullable(),
    year: year.nullable(),
    origin: Origin,
    originalLanguage: z.string().describe('BCP 47'),
    genres: z.array(Genre),
    ageRating: z.string().nullable().describe(ageRating),
    status: Status,
    publishAt: Timestamp.nullable(),
    airingStatus: AiringStatus.nullable(),
    totalEpisodes: z.int().min(0).nullable(),
    isVip: z.boolean(),
    availableRegions: z.array(z.string()).nullable().describe(regions),
    rating: rating.nullable(),
    ratingCount: z.int().min(0),
    totalViews: z.int().min(0),
    popularity: z.number().min(0).describe('The 30-day trending score'),
    version: z.int().min(1).describe('Counts edits by people'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    episodes: z.array(Episode).optional(),
    translations: z.array(Translation).optional(),
    externalIds: z.array(ExternalId).optional(),
    credits: z.array(Credit).optional(),
    tags: z.array(Tag).optional(),
  })
  .openapi('Content', { example: world.contents.winterTide })
export type Content = z.infer<typeof Content>

export const ContentList = list(ContentSummary, 'ContentList', world.summaries.winterTide)

const editable = {
  slug: Slug,
  kind: Kind,
  title,
  originalTitle: z.string().trim().min(1).max(500).nullable(),
  description: z.string().max(10_000).nullable(),
  posterUrl: HttpUrl.nullable(),
  bannerUrl: HttpUrl.nullable(),
  thumbnailUrl: HttpUrl.nullable(),
  year: year.nullable(),
  origin: Origin,
  originalLanguage: Language,
  genres: z.array(Uuid).max(20).describe('Ids of genres'),
  ageRating: z.string().trim().min(1).max(16).nullable().describe(ageRating),
  status: z.enum(['draft', 'scheduled', 'published']),
  publishAt: Timestamp.nullable().describe('Needed when `status` is scheduled'),
  airingStatus: AiringStatus.nullable(),
  totalEpisodes: z.int().min(0).max(100_000).nullable(),
  isVip: z.boolean(),
  availableRegions: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(250)
    .nullable()
    .describe(regions),
}

export const CreateContent = z
  .strictObject(editable)
  .partial()
  .required({ kind: true, title: true, origin: true, originalLanguage: true, status: true })
  .refine((body) => body.status !== 'scheduled' || Boolean(body.publishAt), {
    path: ['publishAt'],
    message: 'a scheduled title needs publishAt',
  })
  .openapi('CreateContent', {
    example: {
      kind: 'series',
      title: 'Harbour of Paper Boats',
      originalTitle: '종이배의 항구',
      description: 'A ferry captain and a letter writer share one winter.',
      origin: 'korean',
      originalLanguage: 'ko',
      year: 2026,
      genres: [world.genres.romance.id],
      isVip: false,
      status: 'published',
      airingStatus: 'airing',
    },
  })
export type CreateContent = z.infer<typeof CreateContent>

/** JSON merge patch (RFC 7396): what is absent stays, null clears what may be empty, arrays are replaced. */
export const PatchContent = z
  .strictObject(editable)
  .partial()
  .openapi('PatchContent', { example: { title: 'Winter Tide', posterUrl: null } })
export type PatchContent = z.infer<typeof PatchContent>
