/** @import { MigrationBuilder } from 'node-pg-migrate' */

// The first write of a person makes the row, when nothing but the id is known. Emails never leave this server.
const users = `CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text,
  username text,
  display_name text,
  avatar_url text,
  bio text,
  role text NOT NULL DEFAULT 'user',
  is_active boolean NOT NULL DEFAULT true,
  subscription_tier text NOT NULL DEFAULT 'free' CHECK (subscription_tier IN ('free', 'vip')),
  favorite_genres uuid[] NOT NULL DEFAULT '{}',
  preferred_subtitle_language text,
  max_content_rating text,
  country text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
)`

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql(users)
  pgm.sql('CREATE INDEX users_newest_idx ON users (created_at DESC, id DESC)')
  pgm.sql('CREATE UNIQUE INDEX users_email_key ON users (lower(email))')
  pgm.sql('CREATE UNIQUE INDEX users_username_key ON users (lower(username))')
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  pgm.sql('DROP TABLE users')
}
