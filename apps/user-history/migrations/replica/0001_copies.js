/** @import { MigrationBuilder } from 'node-pg-migrate' */

/*
 * What the publication sends, column by column: users has no email here at all. Only primary keys and NOT NULL are repeated. Every
 * further rule was kept where the row was written, and one that differed here would stop the copy. A later column must be nullable or have a
 * default, since it is here before the primary sends it.
 */
const users = `CREATE TABLE users (
  id uuid PRIMARY KEY,
  username text,
  display_name text,
  avatar_url text,
  bio text,
  role text NOT NULL,
  is_active boolean NOT NULL,
  subscription_tier text NOT NULL,
  favorite_genres uuid[] NOT NULL,
  preferred_subtitle_language text,
  max_content_rating text,
  country text,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
)`

const titles = `CREATE TABLE content_titles (
  id uuid PRIMARY KEY,
  slug text,
  kind text,
  title text,
  original_title text,
  poster_url text,
  year integer,
  origin text,
  is_vip boolean NOT NULL,
  status text NOT NULL,
  version bigint NOT NULL,
  updated_at timestamptz(3) NOT NULL
)`

const history = `CREATE TABLE user_watch_history (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  episode_id uuid,
  run integer NOT NULL,
  watched_at timestamptz(3) NOT NULL,
  watch_duration integer NOT NULL,
  completed boolean NOT NULL,
  device_info text,
  quality_watched text,
  subtitles_used text,
  source text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (id, watched_at)
) PARTITION BY RANGE (watched_at)`

const audience = `CREATE TABLE content_audience (
  content_id uuid PRIMARY KEY,
  viewers bigint NOT NULL,
  plays bigint NOT NULL,
  updated_at timestamptz(3) NOT NULL
)`

const analytics = `CREATE TABLE content_analytics (
  content_id uuid NOT NULL,
  day date NOT NULL,
  views bigint NOT NULL,
  unique_viewers bigint NOT NULL,
  plays bigint NOT NULL,
  completed_plays bigint NOT NULL,
  seconds_watched bigint NOT NULL,
  average_rating double precision,
  rating_count integer,
  rating_version bigint NOT NULL,
  new_favourites bigint NOT NULL,
  PRIMARY KEY (content_id, day)
) PARTITION BY RANGE (day)`

const monthly = ['user_watch_history', 'content_analytics']

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of [users, titles, history, audience, analytics]) pgm.sql(table)
  for (const table of monthly) pgm.sql(`CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT`)
  pgm.sql('CREATE INDEX users_newest_idx ON users (created_at DESC, id DESC)')
  pgm.sql(
    'CREATE INDEX user_watch_history_user_idx ON user_watch_history (user_id, watched_at DESC, id DESC)',
  )
  pgm.sql('CREATE INDEX user_watch_history_content_idx ON user_watch_history (content_id, watched_at)')
  pgm.sql('CREATE INDEX content_analytics_day_idx ON content_analytics (day)')
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  const tables = ['content_analytics', 'content_audience', 'user_watch_history', 'content_titles', 'users']
  for (const table of tables) pgm.sql(`DROP TABLE ${table}`)
}
