import type { AiringStatus, Genre, Kind, Origin, Status } from '@marquee/contracts'
import type { z } from 'zod'

/** A row of content_metadata. */
export interface Title {
  id: string
  slug: string
  kind: Kind
  title: string
  /** Language in which title and description were entered (BCP 47). */
  titleLanguage: string
  originalTitle: string | null
  description: string | null
  posterUrl: string | null
  bannerUrl: string | null
  thumbnailUrl: string | null
  year: number | null
  origin: Origin
  originalLanguage: string
  ageRating: string | null
  status: Status
  publishAt: Date | null
  airingStatus: AiringStatus | null
  totalEpisodes: number | null
  isVip: boolean
  availableRegions: string[] | null
  version: number
  createdAt: Date
  updatedAt: Date
}

export type Genres = z.infer<typeof Genre>[]
export interface TitleWithGenres extends Title {
  genres: Genres
}

type Columns<T> = readonly (readonly [field: keyof T, column: string])[]

/** Fields and their columns, in the order of an INSERT. */
export const titleColumns: Columns<Title> = [
  ['id', 'id'],
  ['slug', 'slug'],
  ['kind', 'kind'],
  ['title', 'title'],
  ['titleLanguage', 'title_language'],
  ['originalTitle', 'original_title'],
  ['description', 'description'],
  ['posterUrl', 'poster_url'],
  ['bannerUrl', 'banner_url'],
  ['thumbnailUrl', 'thumbnail_url'],
  ['year', 'year'],
  ['origin', 'origin'],
  ['originalLanguage', 'original_language'],
  ['ageRating', 'age_rating'],
  ['status', 'status'],
  ['publishAt', 'publish_at'],
  ['airingStatus', 'airing_status'],
  ['totalEpisodes', 'total_episodes'],
  ['isVip', 'is_vip'],
  ['availableRegions', 'available_regions'],
  ['version', 'version'],
  ['createdAt', 'created_at'],
  ['updatedAt', 'updated_at'],
]

/** What an edit writes into content_listing; translated titles, tags and statistics come there by other ways. */
export const listedColumns: Columns<Title> = titleColumns.filter(([field]) =>
  new Set<keyof Title>([
    'id',
    'slug',
    'kind',
    'title',
    'originalTitle',
    'posterUrl',
    'year',
    'origin',
    'isVip',
    'status',
    'publishAt',
    'createdAt',
  ]).has(field),
)

export const columnNames = <T>(columns: Columns<T>): string => columns.map(([, column]) => column).join(', ')
export const selected = <T>(columns: Columns<T>): string =>
  columns.map(([field, column]) => `${column} AS "${String(field)}"`).join(', ')
export const placeholders = (count: number, first = 1): string =>
  Array.from({ length: count }, (_, n) => `$${n + first}`).join(', ')
export const valuesOf = <T>(columns: Columns<T>, row: T): unknown[] => columns.map(([field]) => row[field])
