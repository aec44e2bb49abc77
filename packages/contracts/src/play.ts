import { orNull, Timestamp } from './common.js'
import { ContentSummary, Status } from './content.js'
import { Part } from './details.js'
import { Entitlement } from './entitlement.js'
import { Episode } from './episode.js'
import { PlayState } from './play-state.js'
import { AutoNext, NextEpisode } from './progress.js'
import { Subtitle, VideoSource } from './source.js'
import { world } from './world.js'
import { z } from './z.js'

/** What is watched on: sources come in the order that suits it. */
export const devices = ['mobile', 'tablet', 'desktop', 'tv'] as const
export const Device = z.enum(devices).openapi({ example: 'desktop' })
export type Device = z.infer<typeof Device>

/** What the catalogue answers the gateway: everything of an episode that play is made of, whatever its status. */
export const InternalPlay = z
  .object({
    content: ContentSummary,
    terms: z
      .object({
        status: Status,
        isVip: z.boolean(),
        ageRating: z.string().nullable(),
        availableRegions: z.array(z.string()).nullable(),
      })
      .describe('What decides who may watch the title'),
    episode: Episode,
    sources: z.array(VideoSource),
    subtitles: z.array(Subtitle),
  })
  .openapi('InternalPlay', {
    example: {
      content: world.summaries.winterTide,
      terms: { status: 'published', isVip: false, ageRating: '15+', availableRegions: null },
      episode: world.episodes.winterTide1,
      sources: [world.sources.winterTide1Fhd],
      subtitles: [world.subtitles.winterTide1En],
    },
  })
export type InternalPlay = z.infer<typeof InternalPlay>

const url = z.string().describe('Signed, and good until `expiresAt`')
const PlaySource = VideoSource.omit({ url: true, createdAt: true, episodeId: true })
  .extend({ url })
  .openapi('PlaySource')
const PlaySubtitle = Subtitle.omit({ fileUrl: true, createdAt: true, episodeId: true })
  .extend({ url })
  .openapi('PlaySubtitle')

/** Everything that a player needs to begin. */
export const Play = z
  .object({
    content: ContentSummary,
    episode: Episode,
    entitlement: Entitlement,
    sources: z.array(PlaySource).describe('The one to try first comes first; none where watching is refused'),
    subtitles: z.array(PlaySubtitle).describe('The default first; none where watching is refused'),
    expiresAt: Timestamp.nullable().describe('When the addresses end; null where there are none'),
    resume: PlayState.shape.resume,
    next: orNull(NextEpisode).describe('The next that this viewer may watch; null also while nobody can say'),
    autoNext: orNull(AutoNext).describe('Null while nobody can say'),
    parts: z.object({ catalog: Part, viewer: Part }),
  })
  .openapi('Play', {
    example: {
      content: world.summaries.winterTide,
      episode: world.episodes.winterTide1,
      entitlement: { allowed: true, reason: 'free_title' },
      sources: [
        {
          id: world.sources.winterTide1Fhd.id,
          provider: 'local',
          quality: 'FHD_1080p',
          bitrate: 6_000_000,
          fileSize: null,
          url: `${world.sources.winterTide1Fhd.url}?mq-expires=1767272400&mq-viewer=anonymous&mq-signature=h4sh`,
        },
      ],
      subtitles: [
        {
          id: world.subtitles.winterTide1En.id,
          language: 'en',
          isDefault: true,
          url: `${world.subtitles.winterTide1En.fileUrl}?mq-expires=1767272400&mq-viewer=anonymous&mq-signature=h4sh`,
        },
      ],
      expiresAt: '2026-01-01T13:00:00.000Z',
      resume: { position: 1820, duration: 3720, completed: false, run: 1 },
      next: world.progress.next,
      autoNext: world.progress.autoNext,
      parts: {
        catalog: { state: 'fresh', ageMs: 0, source: 'catalog' },
        viewer: { state: 'fresh', ageMs: 0, source: 'user-history' },
      },
    },
  })
export type Play = z.infer<typeof Play>
