import type { EventData, NewEvent } from '@marquee/contracts'
import type { NewTitle } from './new-title.js'

/** A new title with the slug it got. */
export type PlacedTitle = NewTitle & { slug: string }

interface TableRows {
  table: string
  columns: readonly string[]
  rows: (title: PlacedTitle) => unknown[][]
}

/** What search finds of the names in all languages: one per line, by language. */
export const listedNames = (translations: Record<string, string[]>): string =>
  Object.keys(translations)
    .sort()
    .flatMap((language) => translations[language] ?? [])
    .join('\n')

const metadata: [column: string, value: (title: PlacedTitle) => unknown][] = [
  ['id', ({ id }) => id],
  ['slug', ({ slug }) => slug],
  ['kind', ({ content }) => content.kind],
  ['title', ({ content }) => content.title],
  ['title_language', ({ titleLanguage }) => titleLanguage],
  ['original_title', ({ content }) => content.originalTitle],
  ['description', ({ content }) => content.description],
  ['poster_url', ({ content }) => content.posterUrl],
  ['banner_url', ({ content }) => content.bannerUrl],
  ['thumbnail_url', ({ content }) => content.thumbnailUrl],
  ['year', ({ content }) => content.year],
  ['origin', ({ content }) => content.origin],
  ['original_language', ({ content }) => content.originalLanguage],
  ['age_rating', ({ content }) => content.ageRating],
  ['status', ({ content }) => content.status],
  ['publish_at', ({ content }) => content.publishAt],
  ['airing_status', ({ content }) => content.airingStatus],
  ['total_episodes', ({ content }) => content.totalEpisodes],
  ['is_vip', ({ content }) => content.isVip ?? false],
  ['available_regions', ({ content }) => content.availableRegions],
  ['version', () => 1],
  ['created_at', ({ createdAt }) => createdAt],
  ['updated_at', ({ createdAt }) => createdAt],
]

const listing: typeof metadata = [
  ...metadata.filter(([column]) =>
    [
      'id',
      'slug',
      'kind',
      'title',
      'original_title',
      'poster_url',
      'year',
      'origin',
      'is_vip',
      'status',
      'publish_at',
      'created_at',
    ].includes(column),
  ),
  ['titles', ({ translations }) => listedNames(translations)],
  ['genre_ids', ({ genres }) => genres.map((genre) => genre.id)],
]

const oneRow = (table: string, columns: typeof metadata): TableRows => ({
  table,
  columns: columns.map(([column]) => column),
  rows: (title) => [columns.map(([, value]) => value(title))],
})

const episodeColumns = [
  'id',
  'content_id',
  'season_number',
  'number',
  'sort_order',
  'title',
  'original_title',
  'duration_seconds',
  'credits_start_seconds',
  'is_free',
  'air_date',
  'thumbnail_url',
  'status',
  'version',
] as const

const episodeRows = ({ id, episodes }: PlacedTitle): unknown[][] =>
  episodes.map((episode) => [
    episode.id,
    id,
    episode.seasonNumber,
    episode.number,
    episode.sortOrder,
    episode.title,
    episode.originalTitle,
    episode.durationSeconds,
    episode.creditsStartSeconds,
    episode.isFree,
    episode.airDate,
    episode.thumbnailUrl,
    episode.status,
    1,
  ])

const seasonRows = ({ id, episodes, createdAt }: PlacedTitle): unknown[][] =>
  [...new Set(episodes.map((episode) => episode.seasonNumber))].map((number) => [id, number, createdAt])

/** Every table a new title is written to, in an order that foreign keys allow. */
export const tablesOfTitle: TableRows[] = [
  { table: 'content_slugs', columns: ['slug', 'content_id'], rows: ({ slug, id }) => [[slug, id]] },
  oneRow('content_metadata', metadata),
  {
    table: 'content_genres',
    columns: ['content_id', 'genre_id', 'position'],
    rows: ({ id, genres }) => genres.map((genre, position) => [id, genre.id, position]),
  },
  {
    table: 'content_translations',
    columns: ['content_id', 'language', 'title', 'aliases'],
    rows: ({ id, translations }) =>
      Object.entries(translations).map(([language, [title, ...aliases]]) => [id, language, title, aliases]),
  },
  {
    table: 'external_ids',
    columns: ['content_id', 'source', 'external_id', 'url'],
    rows: ({ id, externalIds }) =>
      Object.entries(externalIds).map(([source, { externalId, url }]) => [id, source, externalId, url]),
  },
  { table: 'seasons', columns: ['content_id', 'number', 'created_at'], rows: seasonRows },
  {
    table: 'episodes',
    columns: [...episodeColumns, 'created_at', 'updated_at'],
    rows: (title) => episodeRows(title).map((row) => [...row, title.createdAt, title.createdAt]),
  },
  oneRow('content_listing', listing),
  { table: 'episode_listing', columns: episodeColumns, rows: episodeRows },
]

export function createdEvent({ id, slug, content, genres }: PlacedTitle): NewEvent {
  const body: EventData<'content.created'> = {
    id,
    slug,
    kind: content.kind,
    title: content.title,
    originalTitle: content.originalTitle ?? null,
    posterUrl: content.posterUrl ?? null,
    year: content.year ?? null,
    origin: content.origin,
    isVip: content.isVip ?? false,
    genres,
    status: content.status,
  }
  return { type: 'content.created', subject: id, subjectVersion: 1, body }
}
