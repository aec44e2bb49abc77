import type { NewEvent } from '@marquee/contracts'
import { eventBodyOf } from '../content/content-rules.js'
import { listedColumns, titleColumns, valuesOf } from '../content/title.js'
import { type EpisodeRow, episodeColumns, episodeEvent, stored } from '../episodes/episode.js'
import type { NewTitle } from './new-title.js'

interface TableRows {
  table: string
  columns: readonly string[]
  rows: (title: NewTitle) => unknown[][]
}

const names = (columns: readonly (readonly [field: string, column: string])[]) =>
  columns.map(([, column]) => column)

/** What search finds of the names in all languages: one per line, by language. */
export const listedNames = (translations: NewTitle['translations']): string =>
  Object.keys(translations)
    .sort()
    .flatMap((language) => translations[language] ?? [])
    .join('\n')

const kept = (episode: EpisodeRow) => stored(episode, new Date())

const seasonRows = ({ title, episodes }: NewTitle): unknown[][] =>
  [...new Set(episodes.map((episode) => episode.seasonNumber))].map((number) => [
    title.id,
    number,
    title.createdAt,
  ])

/** Tables on the shards, in an order that foreign keys allow. */
export const shardTables: TableRows[] = [
  { table: 'content_slugs', columns: ['slug', 'content_id'], rows: ({ title }) => [[title.slug, title.id]] },
  {
    table: 'content_metadata',
    columns: names(titleColumns),
    rows: ({ title }) => [valuesOf(titleColumns, title)],
  },
  {
    table: 'content_genres',
    columns: ['content_id', 'genre_id', 'position'],
    rows: ({ title }) => title.genres.map((genre, position) => [title.id, genre.id, position]),
  },
  {
    table: 'content_translations',
    columns: ['content_id', 'language', 'title', 'aliases'],
    rows: ({ title: { id }, translations }) =>
      Object.entries(translations).map(([language, [title, ...aliases]]) => [id, language, title, aliases]),
  },
  {
    table: 'external_ids',
    columns: ['content_id', 'source', 'external_id', 'url'],
    rows: ({ title, externalIds }) =>
      Object.entries(externalIds).map(([source, { externalId, url }]) => [title.id, source, externalId, url]),
  },
  {
    table: 'external_ratings',
    columns: ['content_id', 'source', 'rating', 'votes'],
    rows: ({ title, rating }) => (rating ? [[title.id, rating.source, rating.rating, rating.votes]] : []),
  },
  {
    table: 'content_tags',
    columns: ['content_id', 'tag_id'],
    rows: ({ title, tags = [] }) => tags.map((tag) => [title.id, tag.id]),
  },
  {
    table: 'cast_members',
    columns: ['content_id', 'id', 'person_id', 'role', 'is_lead', 'sort_order'],
    rows: ({ title, credits = [] }) =>
      credits
        .filter(({ kind }) => kind === 'cast')
        .map(({ id, personId, role, isLead, sortOrder }) => [
          title.id,
          id,
          personId,
          role,
          isLead,
          sortOrder,
        ]),
  },
  { table: 'seasons', columns: ['content_id', 'number', 'created_at'], rows: seasonRows },
  {
    table: 'episodes',
    columns: [...names(episodeColumns), 'created_at', 'updated_at'],
    rows: ({ title, episodes }) =>
      episodes.map((episode) => [
        ...valuesOf(episodeColumns, kept(episode)),
        title.createdAt,
        title.createdAt,
      ]),
  },
  {
    table: 'video_sources',
    columns: ['content_id', 'id', 'episode_id', 'provider', 'quality', 'url', 'bitrate', 'file_size'],
    rows: ({ title, sources = [] }) =>
      sources.map((one) => [
        ...[title.id, one.id, one.episodeId, one.provider, one.quality, one.url, one.bitrate, one.fileSize],
      ]),
  },
  {
    table: 'subtitles',
    columns: ['content_id', 'id', 'episode_id', 'language', 'file_url', 'is_default'],
    rows: ({ title, subtitles = [] }) =>
      subtitles.map((one) => [title.id, one.id, one.episodeId, one.language, one.fileUrl, one.isDefault]),
  },
]

/** The projections: last, because on Citus an open writer of a reference table makes every other one wait. */
export const projectionTables: TableRows[] = [
  {
    table: 'content_listing',
    columns: [...names(listedColumns), 'genre_ids', 'tag_ids', 'titles'],
    rows: ({ title, translations, tags = [] }) => [
      [
        ...valuesOf(listedColumns, title),
        title.genres.map((genre) => genre.id),
        tags.map((tag) => tag.id).sort(),
        listedNames(translations),
      ],
    ],
  },
  {
    table: 'episode_listing',
    columns: names(episodeColumns),
    rows: ({ episodes }) => episodes.map((episode) => valuesOf(episodeColumns, kept(episode))),
  },
]

export const createdEvent = ({ title }: NewTitle): NewEvent => ({
  type: 'content.created',
  subject: title.id,
  subjectVersion: title.version,
  body: eventBodyOf('content.created', title),
})

export const episodeEvents = ({ episodes }: NewTitle): NewEvent[] =>
  episodes.map((episode) => episodeEvent(null, kept(episode)))
