import { distribution, dropTables, extensionAvailable } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// What lists and search read. `titles` holds the translated titles and aliases, one per line. The title is cut for sorting, so
// that a cursor holds it. No counters: rating to popularity are copied in batches by a job.
const contentListing = `CREATE TABLE content_listing (
  id uuid PRIMARY KEY,
  slug text NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  original_title text,
  titles text NOT NULL DEFAULT '',
  sort_title text COLLATE "C" NOT NULL GENERATED ALWAYS AS (left(lower(title), 64)) STORED,
  poster_url text,
  year integer,
  origin text NOT NULL,
  is_vip boolean NOT NULL DEFAULT false,
  genre_ids uuid[] NOT NULL DEFAULT '{}',
  tag_ids uuid[] NOT NULL DEFAULT '{}',
  status text NOT NULL,
  publish_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  rating numeric(4, 2),
  rating_count integer NOT NULL DEFAULT 0,
  rating_score double precision NOT NULL DEFAULT 0,
  total_views bigint NOT NULL DEFAULT 0,
  popularity double precision NOT NULL DEFAULT 0,
  search_vector tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple'::regconfig, title), 'A') ||
    setweight(to_tsvector('simple'::regconfig, coalesce(original_title, '')), 'A') ||
    setweight(to_tsvector('simple'::regconfig, titles), 'B')
  ) STORED
)`

const episodeListing = `CREATE TABLE episode_listing (
  id uuid PRIMARY KEY,
  content_id uuid NOT NULL,
  season_number integer NOT NULL,
  number integer NOT NULL,
  sort_order numeric NOT NULL,
  title text NOT NULL,
  original_title text,
  duration_seconds integer,
  credits_start_seconds numeric,
  is_free boolean NOT NULL,
  air_date timestamptz(3),
  thumbnail_url text,
  status text NOT NULL,
  version integer NOT NULL
)`

const sorts = {
  newest: 'created_at DESC, id DESC',
  title: 'sort_title, id',
  year: '(coalesce(year, 0)) DESC, id DESC',
  rating: 'rating_score DESC, id DESC',
  popularity: 'popularity DESC, id DESC',
  views: 'total_views DESC, id DESC',
}

export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const trigrams = await extensionAvailable(pgm, 'pg_trgm')
  const citus = await distribution(pgm)
  citus.begin()
  if (trigrams) pgm.sql('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  pgm.sql(contentListing)
  pgm.sql(episodeListing)
  citus.reference('content_listing')
  citus.reference('episode_listing')

  pgm.sql('CREATE UNIQUE INDEX content_listing_slug_key ON content_listing (slug)')
  for (const [name, columns] of Object.entries(sorts))
    pgm.sql(`CREATE INDEX content_listing_${name}_idx ON content_listing (status, ${columns})`)
  pgm.sql(
    'CREATE INDEX content_listing_origin_idx ON content_listing (status, origin, created_at DESC, id DESC)',
  )
  pgm.sql('CREATE INDEX content_listing_genres_idx ON content_listing USING gin (genre_ids)')
  pgm.sql('CREATE INDEX content_listing_tags_idx ON content_listing USING gin (tag_ids)')
  pgm.sql('CREATE INDEX content_listing_search_idx ON content_listing USING gin (search_vector)')
  if (trigrams)
    pgm.sql('CREATE INDEX content_listing_trigram_idx ON content_listing USING gin (title gin_trgm_ops)')
  pgm.sql(`CREATE INDEX content_listing_due_idx ON content_listing (publish_at) WHERE status = 'scheduled'`)
  pgm.sql(
    'CREATE INDEX episode_listing_order_idx ON episode_listing (content_id, season_number, sort_order, id)',
  )
  pgm.sql(`CREATE INDEX episode_listing_due_idx ON episode_listing (air_date) WHERE status = 'scheduled'`)
}

// The extension stays: others may use it by now.
export const down = (/** @type {MigrationBuilder} */ pgm) =>
  dropTables(pgm, 'content_listing', 'episode_listing')
