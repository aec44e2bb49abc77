import type { EventData } from '@marquee/contracts'
import type { EpisodeCopy, TitleCopy } from './copies-store.js'

/* What is kept of the catalogue's events, or of its own answers: those have the same fields. `version` counts the same in both. */

/** Those of its fields that are younger than the first version of the event may be missing in an older one. */
type Told = Omit<EventData<'content.updated'>, 'genres' | keyof Added> & Partial<Added>
type Added = Pick<TitleCopy, 'airingStatus' | 'ageRating' | 'availableRegions'>

export const titleCopy = (title: Told, version: number): TitleCopy => ({
  id: title.id,
  version,
  status: title.status,
  slug: title.slug,
  kind: title.kind,
  title: title.title,
  originalTitle: title.originalTitle,
  posterUrl: title.posterUrl,
  year: title.year,
  origin: title.origin,
  isVip: title.isVip,
  airingStatus: title.airingStatus ?? null,
  ageRating: title.ageRating ?? null,
  availableRegions: title.availableRegions ?? null,
})

export const episodeCopy = (episode: EventData<'episode.updated'>, version: number): EpisodeCopy => ({
  id: episode.id,
  contentId: episode.contentId,
  version,
  status: episode.status,
  seasonNumber: episode.seasonNumber,
  number: episode.number,
  sortOrder: episode.sortOrder,
  title: episode.title,
  durationSeconds: episode.durationSeconds,
  creditsStartSeconds: episode.creditsStartSeconds,
  isFree: episode.isFree,
  airDate: episode.airDate,
})
