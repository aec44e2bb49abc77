/** @import { MigrationBuilder } from 'node-pg-migrate' */

/** What, unit, and where it comes from: the data dictionary is made from these. The first entry of each is the table's own. */
const comments = {
  users: {
    '': 'People who have an account or wrote something signed in. From the primary, without their email',
    id: 'The person; subject of the access token',
    username: 'Unique name; null until the person chose one',
    display_name: 'Name shown to others; null until chosen',
    avatar_url: 'Picture; null without one',
    bio: 'What the person wrote about themselves; null without',
    role: 'user, editor or admin, as last known here; access is decided by the token, not by this',
    is_active: 'False for a closed account',
    subscription_tier: 'free or vip',
    favorite_genres: 'Ids of genres in the catalogue, as chosen by the person',
    preferred_subtitle_language: 'ISO 639 code; null without a choice',
    max_content_rating: 'Highest age rating that may be shown; null without a limit',
    country: 'ISO 3166-1 alpha-2 code; null when unknown',
    created_at: 'UTC; when the row was made, at sign-up or at the first signed-in write',
    updated_at: 'UTC; last change of the row',
  },
  content_titles: {
    '': 'Slim copy of the titles, from the events of the catalogue; seconds behind it',
    id: 'The title; content_id elsewhere',
    slug: 'Readable unique name in URLs; null for a title that was deleted before it was known here',
    kind: 'movie, series or special',
    title: 'Title in its main language',
    original_title: 'Title in the original language; null when the same or unknown',
    poster_url: 'Poster; null without one',
    year: 'Year of first release; null when unknown',
    origin: 'korean, japanese, chinese, taiwanese, thai or other',
    is_vip: 'True where only tier vip may watch',
    status: 'draft, scheduled, published or archived (taken down; its history stays)',
    version: 'Counts the edits by people; of the newest event seen',
    updated_at: 'UTC; when the newest event arrived here',
  },
  user_watch_history: {
    '': 'Plays, one row per finished sitting with an episode; only ever added to. Monthly partitions by watched_at (UTC)',
    id: 'The play',
    user_id: 'Who watched; users.id',
    content_id: 'Title; content_titles.id',
    episode_id:
      'Episode in the catalogue; a movie has exactly one. Null for imported plays of a title as a whole',
    run: 'Which watching of the title from the start; a rewatch is run 2',
    watched_at: 'UTC; when the sitting began',
    watch_duration:
      'Seconds really watched in the sitting, from the reports of the player; skipping does not count',
    completed: 'True when the episode was seen to its end in this sitting',
    device_info: 'As the player named itself; null when it did not',
    quality_watched: 'As the player told, e.g. HD_720p; null when it did not',
    subtitles_used: 'Subtitle language as the player told; null without',
    source: 'What wrote the row: the player’s reports, a seed or an import',
    created_at: 'UTC; when the row was written',
  },
  content_audience: {
    '': 'Totals per title over all time, kept together with user_watch_history; a title nobody watched has no row',
    content_id: 'Title; content_titles.id',
    viewers: 'Distinct people with at least one play',
    plays: 'Rows of user_watch_history',
    updated_at: 'UTC; last change of the row',
  },
  content_analytics: {
    '': 'Each title by UTC day; days without anything have no row. Completion rate = completed_plays / plays. Monthly partitions by day',
    content_id: 'Title; content_titles.id',
    day: 'UTC calendar day',
    views: 'Counted starts, anonymous ones too, from the view events of trending; a few seconds behind',
    unique_viewers: 'Distinct viewers among the views of the day',
    plays: 'Rows of user_watch_history whose watched_at is on the day',
    completed_plays: 'Those of them that were completed',
    seconds_watched: 'Seconds; sum of their watch_duration',
    average_rating:
      'Mean of all published reviews after the last change of the day, 1 to 10; null without reviews or without a change',
    rating_count: 'How many reviews that is the mean of; null without a change that day',
    rating_version: 'The change of the review summary that the two are of; 0 without a change',
    new_favourites: 'Favourites added that day; 0 until favourites are recorded',
  },
  replication_heartbeat: {
    '': 'One row that the primary writes every second; it arrives with everything written before it',
    id: 'Always 1',
    at: 'UTC; when the primary wrote it',
  },
  server_role: {
    '': 'One row: which server this is. Not copied',
    only_row: 'Always true: there is one row',
    role: 'primary or replica',
  },
  server_state: {
    '': 'One row: which server this is and how fresh. Everything written before heartbeat_at is here',
    role: 'primary or replica',
    heartbeat_at: 'UTC; now() - heartbeat_at is how old the data may be at most',
  },
}

/** @returns {[string, string][]} */
const all = Object.entries(comments).flatMap(([table, texts]) =>
  Object.entries(texts).map(([column, text]) => {
    if (column) return [`COLUMN ${table}.${column}`, text]
    return [`${table === 'server_state' ? 'VIEW' : 'TABLE'} ${table}`, text]
  }),
)

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const [what, text] of all) pgm.sql(`COMMENT ON ${what} IS '${text}'`)
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  for (const [what] of all) pgm.sql(`COMMENT ON ${what} IS NULL`)
}
