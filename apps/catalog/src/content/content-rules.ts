import {
  type CreateContent,
  type EventType,
  isUuid,
  type PatchContent,
  reservedSlugs,
} from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'
import { slugOf } from '../import/slug-rules.js'
import type { Genres, Title, TitleWithGenres } from './title.js'

const invalid = (pointer: string, message: string) =>
  new ApiError('invalid_body', 'The body breaks the schema of this operation.', {
    errors: [{ pointer, code: 'custom', message }],
  })

/** Slugs to try in this order; the last is as unique as the id. One that the editor chose has no alternative. */
export function slugCandidates(chosen: string | undefined, title: string, id: string): string[] {
  if (chosen !== undefined) return [checkedSlug(chosen)]
  const slug = slugOf(title)
  const tail = id.slice(-12)
  if (slug === null) return [`title-${tail}`]
  return isUuid(slug) || reservedSlugs.has(slug) ? [`${slug}-${tail}`] : [slug, `${slug}-${tail}`]
}

export function checkedSlug(slug: string): string {
  if (isUuid(slug)) throw invalid('/slug', 'must not look like an id')
  if (reservedSlugs.has(slug)) throw invalid('/slug', 'is a word of this API')
  return slug
}

/** The time as a Date. Beyond the years 1 to 9999 an offset could carry it out of what RFC 3339 can say. */
export function checkedTime(text: string | null | undefined, pointer: string): Date | null {
  if (text == null) return null
  const time = new Date(text)
  const year = time.getUTCFullYear()
  if (Number.isNaN(year) || year < 1 || year > 9999)
    throw invalid(pointer, 'expected a time of the years 1 to 9999')
  return time
}

/** Genres in the order of `ids`, each once. @throws ApiError invalid_body for an id that is no genre */
export function chosenGenres(ids: string[], known: Genres): Genres {
  const byId = new Map(known.map((genre) => [genre.id, genre]))
  const errors = ids.flatMap((id, n) =>
    byId.has(id) ? [] : [{ pointer: `/genres/${n}`, code: 'custom', message: 'is not a genre' }],
  )
  if (errors.length > 0) throw new ApiError('invalid_body', 'A genre is not known.', { errors })
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? [])
}

export function newTitle(body: CreateContent, id: string, genres: Genres, now: Date): TitleWithGenres {
  return {
    id,
    slug: '',
    kind: body.kind,
    title: body.title,
    titleLanguage: 'en',
    originalTitle: body.originalTitle ?? null,
    description: body.description ?? null,
    posterUrl: body.posterUrl ?? null,
    bannerUrl: body.bannerUrl ?? null,
    thumbnailUrl: body.thumbnailUrl ?? null,
    year: body.year ?? null,
    origin: body.origin,
    originalLanguage: body.originalLanguage,
    ageRating: body.ageRating ?? null,
    status: body.status,
    publishAt: checkedTime(body.publishAt, '/publishAt'),
    airingStatus: body.airingStatus ?? null,
    totalEpisodes: body.totalEpisodes ?? null,
    isVip: body.isVip ?? false,
    availableRegions: body.availableRegions ?? null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    genres,
  }
}

/** The title after a merge patch, or null when the patch changes nothing: then there is no new version either. */
export function patched(
  before: TitleWithGenres,
  patch: PatchContent,
  genres: Genres | undefined,
  now: Date,
): TitleWithGenres | null {
  const { genres: _ids, publishAt, slug, ...fields } = patch
  const after: TitleWithGenres = { ...before, ...defined(fields) }
  if (publishAt !== undefined) after.publishAt = checkedTime(publishAt, '/publishAt')
  if (slug !== undefined && slug !== before.slug) after.slug = checkedSlug(slug)
  if (genres) after.genres = genres
  if (after.status === 'scheduled' && !after.publishAt)
    throw invalid('/publishAt', 'a scheduled title needs publishAt')
  if (JSON.stringify(after) === JSON.stringify(before)) return null
  return nextVersion(after, now)
}

export const nextVersion = <T extends Title>(title: T, now: Date): T => ({
  ...title,
  version: title.version + 1,
  updatedAt: now,
})

const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]-?: Exclude<T[K], undefined>
  }

/** One event per version, so that `subjectVersion` alone orders them. */
export function eventTypeOf(before: Title | null, after: Title): EventType {
  if (!before) return 'content.created'
  if (before.status === after.status) return 'content.updated'
  if (after.status === 'archived') return 'content.deleted'
  if (after.status === 'published') return 'content.published'
  return before.status === 'published' ? 'content.unpublished' : 'content.updated'
}

export function eventBodyOf(type: EventType, title: TitleWithGenres): object {
  const { id, slug, kind, originalTitle, posterUrl, year, origin, isVip, genres, status } = title
  if (type === 'content.deleted') return { id, slug }
  const { airingStatus, ageRating, availableRegions } = title
  return {
    ...{ id, slug, kind, title: title.title, originalTitle, posterUrl, year, origin, isVip, genres, status },
    ...{ airingStatus, ageRating, availableRegions },
  }
}
