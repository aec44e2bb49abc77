/** @import { MigrationBuilder } from 'node-pg-migrate' */

// Copies of what the catalogue says, the newest version of each. Of a deleted one that was never known only id, status and version are
// kept, so that an older event cannot bring it back.
const titles = `CREATE TABLE content_titles (
  id uuid PRIMARY KEY,
  slug text,
  kind text,
  title text,
  original_title text,
  poster_url text,
  year integer,
  origin text,
  is_vip boolean NOT NULL DEFAULT false,
  status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'archived')),
  version bigint NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

const episodes = `CREATE TABLE content_episodes (
  id uuid PRIMARY KEY,
  content_id uuid NOT NULL,
  season_number integer,
  number integer,
  sort_order numeric,
  title text,
  duration_seconds double precision,
  credits_start_seconds double precision,
  is_free boolean NOT NULL DEFAULT false,
  air_date timestamptz(3),
  status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'archived')),
  version bigint NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql(titles)
  pgm.sql(episodes)
  pgm.sql(
    `CREATE INDEX content_episodes_order_idx ON content_episodes (content_id, season_number, sort_order, id)
     WHERE status = 'published'`,
  )
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql('DROP TABLE content_episodes')
  pgm.sql('DROP TABLE content_titles')
}
