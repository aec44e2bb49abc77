import type { CreateEpisode, Episode, EventData, EventType, NewEvent, PatchEpisode } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'
import { checkedTime } from '../content/content-rules.js'

/** A row of episodes, and of episode_listing, as it is written by people. */
export interface EpisodeRow {
  contentId: string
  id: string
  seasonNumber: number
  number: number
  sortOrder: number
  title: string
  originalTitle: string | null
  durationSeconds: number | null
  creditsStartSeconds: number | null
  isFree: boolean
  airDate: Date | null
  thumbnailUrl: string | null
  status: Episode['status']
  version: number
}

/** The row as it is kept. */
export interface StoredEpisode extends EpisodeRow {
  /** Its air date had come when it was last written; without one it has aired. */
  aired: boolean
}

export const stored = (episode: EpisodeRow, now: Date): StoredEpisode => ({
  ...episode,
  aired: episode.airDate === null || episode.airDate <= now,
})

/** Fields and their columns, in the order of an INSERT; both tables have them. */
export const episodeColumns: readonly (readonly [field: keyof StoredEpisode, column: string])[] = [
  ['contentId', 'content_id'],
  ['id', 'id'],
  ['seasonNumber', 'season_number'],
  ['number', 'number'],
  ['sortOrder', 'sort_order'],
  ['title', 'title'],
  ['originalTitle', 'original_title'],
  ['durationSeconds', 'duration_seconds'],
  ['creditsStartSeconds', 'credits_start_seconds'],
  ['isFree', 'is_free'],
  ['airDate', 'air_date'],
  ['thumbnailUrl', 'thumbnail_url'],
  ['status', 'status'],
  ['version', 'version'],
  ['aired', 'aired'],
]

export const newEpisode = (body: CreateEpisode, contentId: string, id: string): EpisodeRow => ({
  contentId,
  id,
  seasonNumber: body.seasonNumber,
  number: body.number,
  sortOrder: body.sortOrder ?? body.number,
  title: body.title,
  originalTitle: body.originalTitle ?? null,
  durationSeconds: body.durationSeconds ?? null,
  creditsStartSeconds: body.creditsStartSeconds ?? null,
  isFree: body.isFree ?? false,
  airDate: checkedTime(body.airDate, '/airDate'),
  thumbnailUrl: body.thumbnailUrl ?? null,
  status: body.status,
  version: 1,
})

/** The episode after a merge patch, null when it changes nothing. @throws ApiError invalid_body */
export function patchedEpisode<T extends EpisodeRow>(before: T, patch: PatchEpisode): T | null {
  const { airDate, ...fields } = patch
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  const after = { ...before, ...Object.fromEntries(given) } as T
  if (airDate !== undefined) after.airDate = checkedTime(airDate, '/airDate')
  // An order that was never chosen follows the number.
  const moved = before.number !== after.number && before.sortOrder === before.number
  if (moved && patch.sortOrder === undefined) after.sortOrder = after.number
  const { creditsStartSeconds: credits, durationSeconds: duration } = after
  if (credits !== null && duration !== null && credits > duration)
    throw new ApiError('invalid_body', 'The credits would start after the end.', {
      errors: [
        { pointer: '/creditsStartSeconds', code: 'custom', message: 'the credits start after the end' },
      ],
    })
  if (JSON.stringify(after) === JSON.stringify(before)) return null
  return { ...after, version: before.version + 1 }
}

/** The nouns of the API keep times as text. */
export const presentEpisode = ({
  airDate,
  aired: _,
  ...episode
}: EpisodeRow & Partial<StoredEpisode>): Episode => ({
  ...episode,
  airDate: airDate?.toISOString() ?? null,
})

/** One event per version, so that `subjectVersion` alone orders them. */
function eventTypeOf(before: StoredEpisode | null, after: StoredEpisode): EpisodeEventType {
  if (!before) return 'episode.created'
  if (after.status === 'archived') return before.status === 'archived' ? 'episode.updated' : 'episode.deleted'
  const published = after.status === 'published' && before.status !== 'published'
  return published || (isOut(after) && !isOut(before)) ? 'episode.published' : 'episode.updated'
}
const isOut = ({ status, aired }: StoredEpisode) => status === 'published' && aired
type EpisodeEventType = Extract<EventType, `episode.${string}`>

/** The fact that this version of the episode is; `before` is null for a new one. */
export function episodeEvent(
  before: StoredEpisode | null,
  after: StoredEpisode,
  traceparent?: string,
): NewEvent {
  const type = eventTypeOf(before, after)
  return {
    type,
    subject: after.id,
    subjectVersion: after.version,
    body: type === 'episode.deleted' ? { id: after.id, contentId: after.contentId } : snapshot(after),
    ...(traceparent !== undefined && { traceparent }),
  }
}

const snapshot = (episode: EpisodeRow): EventData<'episode.updated'> => ({
  id: episode.id,
  contentId: episode.contentId,
  seasonNumber: episode.seasonNumber,
  number: episode.number,
  sortOrder: episode.sortOrder,
  title: episode.title,
  durationSeconds: episode.durationSeconds,
  creditsStartSeconds: episode.creditsStartSeconds,
  isFree: episode.isFree,
  airDate: episode.airDate?.toISOString() ?? null,
  status: episode.status,
})
