/** A table that lists and by-id lookups read, made of what the shards hold. */
export interface Projection {
  table: 'content_listing' | 'episode_listing'
  /** What both sides are walked by, uuids alone: the shards' own key, the title first. */
  key: readonly string[]
  /** Written by edits, the key among them. */
  columns: readonly string[]
  /** Copied from content_stats by a job, so they may lag. */
  figures: readonly string[]
  /** Rows with all of these columns, from the shards; `told_at` beside them is when the figures changed. */
  source: string
}

const ofTitle = (name: string, aggregate: string, table: string) =>
  `LEFT JOIN LATERAL (SELECT ${aggregate} AS found FROM ${table} WHERE content_id = c.id) AS ${name} ON true`
const names = `string_agg(array_to_string(title || aliases, E'\\n'), E'\\n' ORDER BY language COLLATE "C")`

/** A title lies on one shard with all that belongs to it, so what one statement reads of it is of one moment. */
export const titles: Projection = {
  table: 'content_listing',
  key: ['id'],
  columns: [
    'id',
    'slug',
    'kind',
    'title',
    'original_title',
    'titles',
    'poster_url',
    'year',
    'origin',
    'is_vip',
    'genre_ids',
    'tag_ids',
    'status',
    'publish_at',
    'created_at',
  ],
  figures: ['rating', 'rating_count', 'total_views', 'popularity'],
  source: `SELECT c.id, c.slug, c.kind, c.title, c.original_title, coalesce(n.found, '') AS titles, c.poster_url, c.year,
      c.origin, c.is_vip, coalesce(g.found, '{}') AS genre_ids, coalesce(t.found, '{}') AS tag_ids, c.status, c.publish_at,
      c.created_at, s.rating, coalesce(s.rating_count, 0) AS rating_count, coalesce(s.total_views, 0) AS total_views,
      coalesce(s.popularity, 0) AS popularity, s.changed_at AS told_at
    FROM content_metadata AS c LEFT JOIN content_stats AS s ON s.content_id = c.id
    ${ofTitle('g', 'array_agg(genre_id ORDER BY position, genre_id)', 'content_genres')}
    ${ofTitle('t', 'array_agg(tag_id ORDER BY tag_id)', 'content_tags')}
    ${ofTitle('n', names, 'content_translations')}`,
}

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
  'aired',
]

export const episodes: Projection = {
  table: 'episode_listing',
  key: ['content_id', 'id'],
  columns: episodeColumns,
  figures: [],
  source: `SELECT ${episodeColumns.join(', ')}, NULL::timestamptz AS told_at FROM episodes`,
}

export const projections = [titles, episodes] as const

/** As text that two servers write alike, whatever their time zones, and two writers, whatever zeros they add. */
const written: Record<string, string> = {
  publish_at: 'extract(epoch FROM publish_at)',
  created_at: 'extract(epoch FROM created_at)',
  air_date: 'extract(epoch FROM air_date)',
  sort_order: 'trim_scale(sort_order)',
  credits_start_seconds: 'trim_scale(credits_start_seconds)',
  rating: 'trim_scale(rating)',
}

/** A checksum of these columns. */
export const checksum = (columns: readonly string[]): string =>
  columns.length === 0
    ? `''`
    : `md5(ROW(${columns.map((column) => written[column] ?? column).join(', ')})::text)`
