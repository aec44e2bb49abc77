import { HttpUrl, list, Timestamp, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

/** Least first. */
export const qualities = ['SD_480p', 'HD_720p', 'FHD_1080p', 'UHD_4K'] as const
export const Quality = z.enum(qualities).openapi('Quality', { example: 'FHD_1080p' })
export type Quality = z.infer<typeof Quality>

const bitrate = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
  .describe('Bits per second')
const fileSize = z.int().min(0).describe('Bytes')

/** Where an episode is streamed from. Only editors see this address; viewers get a signed one from play. */
export const VideoSource = z
  .object({
    id: Uuid,
    episodeId: Uuid,
    provider: z.string(),
    quality: Quality,
    url: z.string(),
    bitrate: bitrate.nullable(),
    fileSize: fileSize.nullable(),
    createdAt: Timestamp,
  })
  .openapi('VideoSource', { example: world.sources.winterTide1Hd })
export type VideoSource = z.infer<typeof VideoSource>

export const VideoSourceList = list(VideoSource, 'VideoSourceList', world.sources.winterTide1Hd)

export const CreateVideoSource = z
  .strictObject({
    provider: z.string().trim().min(1).max(100),
    quality: Quality,
    url: HttpUrl,
    bitrate: bitrate.nullable().optional(),
    fileSize: fileSize.nullable().optional(),
  })
  .openapi('CreateVideoSource', {
    example: {
      provider: 'local',
      quality: 'HD_720p',
      url: 'https://cdn.example.com/winter-tide/1/720p.m3u8',
      bitrate: 3_000_000,
    },
  })
export type CreateVideoSource = z.infer<typeof CreateVideoSource>

/** Subtitles come in more languages than the platform answers in. */
const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'expected a language such as en, zh-Hans or pt-BR')
  .openapi({ description: 'BCP 47', example: 'ko' })

export const Subtitle = z
  .object({
    id: Uuid,
    episodeId: Uuid,
    language,
    fileUrl: z.string(),
    isDefault: z.boolean().describe('True for exactly one of an episode that has any'),
    createdAt: Timestamp,
  })
  .openapi('Subtitle', { example: world.subtitles.winterTide1Ko })
export type Subtitle = z.infer<typeof Subtitle>

export const SubtitleList = list(Subtitle, 'SubtitleList', world.subtitles.winterTide1Ko)

export const CreateSubtitle = z
  .strictObject({
    language,
    fileUrl: HttpUrl,
    isDefault: z.boolean().optional().describe('Takes the place of the default; the first one is it anyway'),
  })
  .openapi('CreateSubtitle', {
    example: { language: 'ko', fileUrl: 'https://cdn.example.com/winter-tide/1/ko.vtt' },
  })
export type CreateSubtitle = z.infer<typeof CreateSubtitle>
