import { distribution, dropTables } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// `title_language` tells in which language title and description were entered, for Content-Language.
const titles = `CREATE TABLE content_metadata (
  id uuid PRIMARY KEY,
  slug text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('movie', 'series', 'special')),
  title text NOT NULL,
  title_language text NOT NULL DEFAULT 'en',
  original_title text,
  description text,
  poster_url text,
  banner_url text,
  thumbnail_url text,
  year integer,
  origin text NOT NULL CHECK (origin IN ('korean', 'japanese', 'chinese', 'taiwanese', 'thai', 'other')),
  original_language text NOT NULL,
  age_rating text,
  status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'archived')),
  publish_at timestamptz(3),
  airing_status text CHECK (airing_status IN ('upcoming', 'airing', 'ended')),
  total_episodes integer,
  is_vip boolean NOT NULL DEFAULT false,
  available_regions text[],
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

// The only way to make slugs unique across shards: a table distributed by slug, written in the transaction of the title.
const slugs = `CREATE TABLE content_slugs (
  slug text PRIMARY KEY,
  content_id uuid NOT NULL
)`

// No foreign key: absolute figures may come for a title that this database does not know (yet), and must not stop the others.
const stats = `CREATE TABLE content_stats (
  content_id uuid PRIMARY KEY,
  total_views bigint NOT NULL DEFAULT 0,
  popularity double precision NOT NULL DEFAULT 0,
  rating numeric(4, 2),
  rating_count integer NOT NULL DEFAULT 0,
  stats_version bigint NOT NULL DEFAULT 0,
  rating_version bigint NOT NULL DEFAULT 0,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
)`

const words = (/** @type {string} */ table) => `CREATE TABLE ${table} (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
)`

const contentGenres = `CREATE TABLE content_genres (
  content_id uuid NOT NULL,
  genre_id uuid NOT NULL,
  position integer NOT NULL DEFAULT 0,
  PRIMARY KEY (content_id, genre_id)
)`

const contentTags = `CREATE TABLE content_tags (
  content_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (content_id, tag_id)
)`

const translations = `CREATE TABLE content_translations (
  content_id uuid NOT NULL,
  language text NOT NULL,
  title text NOT NULL,
  description text,
  aliases text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (content_id, language)
)`

const externalIds = `CREATE TABLE external_ids (
  content_id uuid NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  url text,
  PRIMARY KEY (content_id, source, external_id)
)`

const externalRatings = `CREATE TABLE external_ratings (
  content_id uuid NOT NULL,
  source text NOT NULL,
  rating numeric(4, 2) NOT NULL,
  votes integer,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, source)
)`

const ofTitle = ['content_genres', 'content_tags', 'content_translations', 'external_ids', 'external_ratings']

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.begin()
  for (const table of [titles, slugs, stats, words('genres'), words('tags')]) pgm.sql(table)
  for (const table of [contentGenres, contentTags, translations, externalIds, externalRatings]) pgm.sql(table)

  citus.reference('genres')
  citus.reference('tags')
  citus.byId('content_metadata', 'id')
  citus.byId('content_slugs', 'slug')
  citus.withTitle('content_stats')
  for (const table of ofTitle) citus.withTitle(table)

  for (const table of ofTitle)
    pgm.sql(
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_content_fk FOREIGN KEY (content_id) REFERENCES content_metadata (id) ON DELETE CASCADE`,
    )
  pgm.sql(
    'ALTER TABLE content_genres ADD CONSTRAINT content_genres_genre_fk FOREIGN KEY (genre_id) REFERENCES genres (id)',
  )
  pgm.sql(
    'ALTER TABLE content_tags ADD CONSTRAINT content_tags_tag_fk FOREIGN KEY (tag_id) REFERENCES tags (id)',
  )

  pgm.sql('CREATE UNIQUE INDEX genres_name_key ON genres (lower(name))')
  pgm.sql('CREATE UNIQUE INDEX tags_name_key ON tags (lower(name))')
  pgm.sql('CREATE INDEX content_genres_genre_idx ON content_genres (genre_id)')
  pgm.sql('CREATE INDEX content_tags_tag_idx ON content_tags (tag_id)')
  pgm.sql('CREATE INDEX external_ids_source_idx ON external_ids (source, external_id)')
  pgm.sql('CREATE INDEX content_stats_changed_idx ON content_stats (changed_at, content_id)')
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'genres', 'tags', 'content_metadata', 'content_slugs', 'content_stats', ...ofTitle)
