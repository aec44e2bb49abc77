/** @import { MigrationBuilder } from 'node-pg-migrate' */

const analytics = `CREATE TABLE content_analytics (
  content_id uuid NOT NULL,
  day date NOT NULL,
  views bigint NOT NULL DEFAULT 0,
  unique_viewers bigint NOT NULL DEFAULT 0,
  plays bigint NOT NULL DEFAULT 0,
  completed_plays bigint NOT NULL DEFAULT 0,
  seconds_watched bigint NOT NULL DEFAULT 0,
  average_rating double precision,
  rating_count integer,
  rating_version bigint NOT NULL DEFAULT 0,
  new_favourites bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (content_id, day)
) PARTITION BY RANGE (day)`

// What the day's unique viewers are counted by; forgotten once no event of that day can come any more.
const viewers = `CREATE TABLE content_day_viewers (
  content_id uuid NOT NULL,
  day date NOT NULL,
  viewer_key text NOT NULL,
  PRIMARY KEY (content_id, day, viewer_key)
)`

// Whose made-up history was written, so that it is never written twice.
const seeded = `CREATE TABLE seeded_histories (
  seed bigint NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (seed, user_id)
)`

const comments = {
  'TABLE content_analytics':
    'Each title by UTC day. Derived: completion rate = completed_plays / plays, minutes watched = seconds_watched / 60.',
  'COLUMN content_analytics.views': 'Counted starts, anonymous or not, by the time of the view',
  'COLUMN content_analytics.unique_viewers': 'Distinct viewers among the views of the day',
  'COLUMN content_analytics.plays': 'Rows of user_watch_history, by the day of watched_at',
  'COLUMN content_analytics.completed_plays': 'Those of them that were completed',
  'COLUMN content_analytics.seconds_watched': 'Sum of their watch_duration, seconds',
  'COLUMN content_analytics.average_rating':
    'Mean of all published reviews after the last change of the day, 1 to 10; null without reviews or without a change',
  'COLUMN content_analytics.rating_count':
    'How many reviews that is the mean of; null when no review of the title changed that day',
  'COLUMN content_analytics.rating_version':
    'The change of the review summary that the two are of; 0 without a change',
  'COLUMN content_analytics.new_favourites': 'Favourites added that day',
  'TABLE content_day_viewers': 'Who viewed a title on a UTC day, as keyed hashes; kept for 40 days',
  'TABLE seeded_histories': 'Made-up people whose history was written, by the number of the seed',
}

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of [analytics, viewers, seeded]) pgm.sql(table)
  pgm.sql('CREATE TABLE content_analytics_default PARTITION OF content_analytics DEFAULT')
  pgm.sql('CREATE INDEX content_analytics_day_idx ON content_analytics (day)')
  pgm.sql('CREATE INDEX content_day_viewers_day_idx ON content_day_viewers (day)')
  for (const [what, text] of Object.entries(comments)) pgm.sql(`COMMENT ON ${what} IS '${text}'`)
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of ['seeded_histories', 'content_day_viewers', 'content_analytics'])
    pgm.sql(`DROP TABLE ${table}`)
}
