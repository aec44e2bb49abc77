/** A table that the replica has, and how its rows are told apart and compared. */
export interface PublishedTable {
  /** Those that are sent, in the order of the tables. */
  columns: readonly string[]
  /** Primary key, with the types that its texts are cast to. */
  key: Readonly<Record<string, string>>
  /** The column that says to which UTC day a row belongs; null: it is not compared. */
  day: string | null
  /** Only `columns` leave the primary, not every column there is. */
  columnList?: true
}

export const published = {
  users: {
    // A person's email is not among them, and what is added to the table later stays at home until it is named here.
    columns: [
      'id',
      'username',
      'display_name',
      'avatar_url',
      'bio',
      'role',
      'is_active',
      'subscription_tier',
      'favorite_genres',
      'preferred_subtitle_language',
      'max_content_rating',
      'country',
      'created_at',
      'updated_at',
    ],
    key: { id: 'uuid' },
    day: 'created_at',
    columnList: true,
  },
  user_watch_history: {
    columns: [
      'id',
      'user_id',
      'content_id',
      'episode_id',
      'run',
      'watched_at',
      'watch_duration',
      'completed',
      'device_info',
      'quality_watched',
      'subtitles_used',
      'source',
      'created_at',
    ],
    key: { id: 'uuid', watched_at: 'timestamptz' },
    day: 'watched_at',
  },
  content_audience: {
    columns: ['content_id', 'viewers', 'plays', 'updated_at'],
    key: { content_id: 'uuid' },
    day: 'updated_at',
  },
  content_titles: {
    columns: [
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
      'version',
      'updated_at',
      'airing_status',
      'age_rating',
      'available_regions',
    ],
    key: { id: 'uuid' },
    day: 'updated_at',
  },
  content_analytics: {
    columns: [
      'content_id',
      'day',
      'views',
      'unique_viewers',
      'plays',
      'completed_plays',
      'seconds_watched',
      'average_rating',
      'rating_count',
      'rating_version',
      'new_favourites',
    ],
    key: { content_id: 'uuid', day: 'date' },
    day: 'day',
  },
  favorites: {
    columns: ['user_id', 'content_id', 'created_at'],
    key: { user_id: 'uuid', content_id: 'uuid' },
    day: 'created_at',
  },
  user_watch_status: {
    // What people note for themselves stays at home.
    columns: [
      'user_id',
      'content_id',
      'status',
      'score',
      'set_at',
      'started_at',
      'completed_at',
      'created_at',
      'updated_at',
    ],
    key: { user_id: 'uuid', content_id: 'uuid' },
    day: 'updated_at',
    columnList: true,
  },
  replication_heartbeat: { columns: ['id', 'at'], key: { id: 'integer' }, day: null },
} as const satisfies Record<string, PublishedTable>

export type PublishedName = keyof typeof published
export const publishedNames = Object.keys(published) as PublishedName[]
export const publishedTable = (name: PublishedName): PublishedTable => published[name]
/** Those whose rows are held against each other; the heartbeat never stands still. */
export const comparedNames = publishedNames.filter((name) => publishedTable(name).day !== null)
