import { HttpUrl, list, Timestamp, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

export const episodeStatuses = ['draft', 'scheduled', 'published', 'archived'] as const
export const EpisodeStatus = z.enum(episodeStatuses)

const seasonNumber = z.int().min(0).max(1000).describe('0 holds the specials')
const number = z.int().min(0).max(100_000)
const sortOrder = z.number().min(-1e6).max(1e6).describe('Order within the season; defaults to `number`')
const title = z.string().trim().min(1).max(500)
const durationSeconds = z.int().min(1).max(86_400)
const creditsStartSeconds = z.number().min(0).max(86_400)

/** One playable part; a movie has exactly one. */
export const Episode = z
  .object({
    id: Uuid,
    contentId: Uuid,
    seasonNumber,
    number,
    sortOrder: z.number(),
    title,
    originalTitle: z.string().nullable(),
    durationSeconds: durationSeconds.nullable().describe('Seconds; null while unknown'),
    creditsStartSeconds: creditsStartSeconds.nullable().describe('Seconds from the start'),
    airDate: Timestamp.nullable(),
    thumbnailUrl: HttpUrl.nullable(),
    isFree: z.boolean(),
    status: EpisodeStatus,
    version: z.int().min(1),
  })
  .openapi('Episode', { example: world.episodes.winterTide1 })
export type Episode = z.infer<typeof Episode>

const EpisodeNeighbour = z.object({ id: Uuid, seasonNumber, number, title }).nullable()

export const EpisodeDetail = Episode.extend({ previous: EpisodeNeighbour, next: EpisodeNeighbour }).openapi(
  'EpisodeDetail',
  {
    example: { ...world.episodes.winterTide1, previous: null, next: world.neighbours.winterTide2 },
  },
)
export type EpisodeDetail = z.infer<typeof EpisodeDetail>

export const EpisodeList = list(Episode, 'EpisodeList', world.episodes.winterTide1)

const editable = {
  seasonNumber,
  number,
  sortOrder,
  title,
  originalTitle: z.string().trim().min(1).max(500).nullable(),
  durationSeconds: durationSeconds.nullable(),
  airDate: Timestamp.nullable(),
  thumbnailUrl: HttpUrl.nullable(),
  isFree: z.boolean(),
  creditsStartSeconds: creditsStartSeconds.nullable(),
  status: EpisodeStatus.exclude(['archived']),
}

const creditsInside = (body: { creditsStartSeconds?: number | null; durationSeconds?: number | null }) =>
  body.creditsStartSeconds == null ||
  body.durationSeconds == null ||
  body.creditsStartSeconds <= body.durationSeconds
const creditsOutside = { path: ['creditsStartSeconds'], message: 'the credits start after the end' }

export const CreateEpisode = z
  .strictObject(editable)
  .partial()
  .required({ seasonNumber: true, number: true, title: true, status: true })
  .refine(creditsInside, creditsOutside)
  .openapi('CreateEpisode', {
    example: {
      seasonNumber: 1,
      number: 3,
      title: 'The Lamp Room',
      durationSeconds: 3600,
      isFree: false,
      status: 'published',
    },
  })
export type CreateEpisode = z.infer<typeof CreateEpisode>

export const PatchEpisode = z
  .strictObject(editable)
  .partial()
  .refine(creditsInside, creditsOutside)
  .openapi('PatchEpisode', { example: { title: 'The Lamp Room', durationSeconds: 3540 } })
export type PatchEpisode = z.infer<typeof PatchEpisode>
