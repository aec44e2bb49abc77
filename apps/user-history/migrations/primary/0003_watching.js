/** @import { MigrationBuilder } from 'node-pg-migrate' */

// What a viewer reports is kept as it came: everything else of a title follows from the set of its reports. A player that goes on to
// the next episode under the same session id has a session with each. `rule` is the verdict when it was received, so that a duration
// that is corrected later changes no one's past.
const reports = `CREATE TABLE progress_reports (
  user_id uuid NOT NULL,
  session_id text NOT NULL,
  episode_id uuid NOT NULL,
  sequence bigint NOT NULL,
  content_id uuid NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  position double precision NOT NULL,
  duration double precision NOT NULL,
  rule text NOT NULL,
  state text NOT NULL CHECK (state IN ('playing', 'paused', 'stopped')),
  restart boolean NOT NULL,
  device text,
  quality text,
  subtitles text,
  PRIMARY KEY (user_id, session_id, episode_id, sequence)
) PARTITION BY HASH (user_id)`

// The newest of all reports of a title, and which watching of it that belongs to.
const userTitles = `CREATE TABLE user_titles (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  run integer NOT NULL,
  latest_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, content_id)
) PARTITION BY HASH (user_id)`

// `last_*` is the report of the highest sequence; `closed_at` and `play_id` are set together with the play, once and for ever.
const sessions = `CREATE TABLE playback_sessions (
  user_id uuid NOT NULL,
  session_id text NOT NULL,
  episode_id uuid NOT NULL,
  content_id uuid NOT NULL,
  run integer NOT NULL,
  started_at timestamptz(3) NOT NULL,
  latest_at timestamptz(3) NOT NULL,
  last_sequence bigint NOT NULL,
  last_at timestamptz(3) NOT NULL,
  last_position double precision NOT NULL,
  watched double precision NOT NULL,
  completed boolean NOT NULL,
  stopped boolean NOT NULL,
  device text,
  quality text,
  subtitles text,
  received_at timestamptz(3) NOT NULL,
  closed_at timestamptz(3),
  play_id uuid,
  PRIMARY KEY (user_id, session_id, episode_id),
  CHECK ((closed_at IS NULL) = (play_id IS NULL))
) PARTITION BY HASH (user_id)`

const progress = `CREATE TABLE user_progress (
  user_id uuid NOT NULL,
  episode_id uuid NOT NULL,
  run integer NOT NULL,
  content_id uuid NOT NULL,
  position double precision NOT NULL,
  duration double precision NOT NULL,
  completed boolean NOT NULL,
  rule text NOT NULL,
  session_id text NOT NULL,
  sequence bigint NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, episode_id, run)
) PARTITION BY HASH (user_id)`

const history = `CREATE TABLE user_watch_history (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  episode_id uuid,
  run integer NOT NULL DEFAULT 1,
  watched_at timestamptz(3) NOT NULL,
  watch_duration integer NOT NULL CHECK (watch_duration >= 0),
  completed boolean NOT NULL,
  device_info text,
  quality_watched text,
  subtitles_used text,
  source text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id, watched_at)
) PARTITION BY RANGE (watched_at)`

const viewers = `CREATE TABLE content_viewers (
  content_id uuid NOT NULL,
  user_id uuid NOT NULL,
  plays bigint NOT NULL,
  last_watched_at timestamptz(3) NOT NULL,
  PRIMARY KEY (content_id, user_id)
)`

const audience = `CREATE TABLE content_audience (
  content_id uuid PRIMARY KEY,
  viewers bigint NOT NULL,
  plays bigint NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

const buckets = 4
const byUser = ['progress_reports', 'user_titles', 'playback_sessions', 'user_progress']

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of [reports, userTitles, sessions, progress, history, viewers, audience]) pgm.sql(table)
  for (const table of byUser)
    for (let bucket = 0; bucket < buckets; bucket++)
      pgm.sql(
        `CREATE TABLE ${table}_${bucket} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${buckets}, REMAINDER ${bucket})`,
      )
  // Months are made ahead by a job; what none of them takes comes here, and is an alarm.
  pgm.sql('CREATE TABLE user_watch_history_default PARTITION OF user_watch_history DEFAULT')

  pgm.sql('CREATE INDEX progress_reports_title_idx ON progress_reports (user_id, content_id)')
  pgm.sql('CREATE INDEX playback_sessions_open_idx ON playback_sessions (latest_at) WHERE closed_at IS NULL')
  pgm.sql('CREATE INDEX user_progress_title_idx ON user_progress (user_id, content_id, run)')
  pgm.sql(
    'CREATE INDEX user_progress_unfinished_idx ON user_progress (user_id, effective_at DESC) WHERE NOT completed',
  )
  pgm.sql(
    'CREATE INDEX user_watch_history_user_idx ON user_watch_history (user_id, watched_at DESC, id DESC)',
  )
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  const tables = ['content_audience', 'content_viewers', 'user_watch_history', ...byUser.toReversed()]
  for (const table of tables) pgm.sql(`DROP TABLE ${table}`)
}
