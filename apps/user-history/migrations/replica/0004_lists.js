/** @import { MigrationBuilder } from 'node-pg-migrate' */

// Nullable: the primary does not send them before its own migration.
const titles =
  'ALTER TABLE content_titles ADD COLUMN airing_status text, ADD COLUMN age_rating text, ADD COLUMN available_regions text[]'

const favorites = `CREATE TABLE favorites (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, content_id)
)`

// Without the notes, which a person writes for no one else.
const watchStatus = `CREATE TABLE user_watch_status (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  status text NOT NULL,
  score integer,
  set_at timestamptz(3) NOT NULL,
  started_at timestamptz(3),
  completed_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, content_id)
)`

const comments = {
  'COLUMN content_titles.airing_status': 'upcoming, airing or ended; null where nobody said',
  'COLUMN content_titles.age_rating': 'As entered, e.g. 15+; null without a rating',
  'COLUMN content_titles.available_regions':
    'ISO 3166-1 alpha-2 codes of where it may be watched; null is everywhere',
  'TABLE favorites': 'Titles that people keep as favourites now; one that is taken off has no row',
  'COLUMN favorites.user_id': 'Whose; users.id',
  'COLUMN favorites.content_id': 'Title; content_titles.id',
  'COLUMN favorites.created_at': 'UTC; when it was added',
  'TABLE user_watch_status':
    'What people said of a title themselves: status and score. What follows from watching is in user_watch_history. Their notes stay on the primary',
  'COLUMN user_watch_status.user_id': 'Who said it; users.id',
  'COLUMN user_watch_status.content_id': 'Title; content_titles.id',
  'COLUMN user_watch_status.status':
    'not_started, planned, watching, on_hold, dropped, completed or rewatching, as last set by the person; watching it later takes its place without changing this',
  'COLUMN user_watch_status.score': '1 to 10; null without one. No review, and no part of ratings',
  'COLUMN user_watch_status.set_at': 'UTC; when the status was set',
  'COLUMN user_watch_status.started_at':
    'UTC; the first report of the title when the status was set; null where there was none',
  'COLUMN user_watch_status.completed_at': 'UTC; when it was set to completed; null for any other status',
  'COLUMN user_watch_status.created_at': 'UTC; when the person first set one for the title',
  'COLUMN user_watch_status.updated_at': 'UTC; last change of the row',
  'COLUMN content_analytics.new_favourites': 'Favourites that were added that day and are still kept',
}

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const statement of [titles, favorites, watchStatus]) pgm.sql(statement)
  pgm.sql('CREATE INDEX favorites_content_idx ON favorites (content_id)')
  pgm.sql('CREATE INDEX user_watch_status_content_idx ON user_watch_status (content_id)')
  for (const [what, text] of Object.entries(comments)) pgm.sql(`COMMENT ON ${what} IS '${text}'`)
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql(
    `COMMENT ON COLUMN content_analytics.new_favourites IS 'Favourites added that day; 0 until favourites are recorded'`,
  )
  for (const table of ['user_watch_status', 'favorites']) pgm.sql(`DROP TABLE ${table}`)
  pgm.sql(
    'ALTER TABLE content_titles DROP COLUMN airing_status, DROP COLUMN age_rating, DROP COLUMN available_regions',
  )
}
