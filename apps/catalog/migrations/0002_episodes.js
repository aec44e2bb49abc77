import { distribution, dropTables } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

const seasons = `CREATE TABLE seasons (
  content_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  title text,
  description text,
  poster_url text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, number)
)`

const episodes = `CREATE TABLE episodes (
  content_id uuid NOT NULL,
  id uuid NOT NULL,
  season_number integer NOT NULL,
  number integer NOT NULL,
  sort_order numeric NOT NULL,
  title text NOT NULL,
  original_title text,
  duration_seconds integer CHECK (duration_seconds > 0),
  credits_start_seconds numeric CHECK (credits_start_seconds >= 0),
  is_free boolean NOT NULL DEFAULT false,
  air_date timestamptz(3),
  thumbnail_url text,
  status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'archived')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, id)
)`

const sources = `CREATE TABLE video_sources (
  content_id uuid NOT NULL,
  id uuid NOT NULL,
  episode_id uuid NOT NULL,
  provider text NOT NULL,
  quality text NOT NULL CHECK (quality IN ('SD_480p', 'HD_720p', 'FHD_1080p', 'UHD_4K')),
  url text NOT NULL,
  bitrate integer CHECK (bitrate > 0),
  file_size bigint CHECK (file_size >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, id)
)`

const subtitles = `CREATE TABLE subtitles (
  content_id uuid NOT NULL,
  id uuid NOT NULL,
  episode_id uuid NOT NULL,
  language text NOT NULL,
  file_url text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, id)
)`

const foreignKey = (
  /** @type {string} */ table,
  /** @type {string} */ name,
  /** @type {string} */ columns,
  /** @type {string} */ target,
) =>
  `ALTER TABLE ${table} ADD CONSTRAINT ${table}_${name}_fk FOREIGN KEY (${columns}) REFERENCES ${target} ON DELETE CASCADE`

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.begin()
  for (const table of [seasons, episodes, sources, subtitles]) pgm.sql(table)
  for (const table of ['seasons', 'episodes', 'video_sources', 'subtitles']) citus.withTitle(table)

  pgm.sql(foreignKey('seasons', 'content', 'content_id', 'content_metadata (id)'))
  pgm.sql(foreignKey('episodes', 'season', 'content_id, season_number', 'seasons (content_id, number)'))
  pgm.sql(foreignKey('video_sources', 'episode', 'content_id, episode_id', 'episodes (content_id, id)'))
  pgm.sql(foreignKey('subtitles', 'episode', 'content_id, episode_id', 'episodes (content_id, id)'))

  // An archived episode gives its number free.
  pgm.sql(
    `CREATE UNIQUE INDEX episodes_number_key ON episodes (content_id, season_number, number) WHERE status <> 'archived'`,
  )
  pgm.sql('CREATE INDEX episodes_order_idx ON episodes (content_id, season_number, sort_order, id)')
  pgm.sql('CREATE INDEX video_sources_episode_idx ON video_sources (content_id, episode_id)')
  pgm.sql('CREATE UNIQUE INDEX subtitles_language_key ON subtitles (content_id, episode_id, language)')
  pgm.sql('CREATE UNIQUE INDEX subtitles_default_key ON subtitles (content_id, episode_id) WHERE is_default')
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'seasons', 'episodes', 'video_sources', 'subtitles')
