import { distribution } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

// The mean of many ratings is rounded, so that only their sum can be held against the reviews. Of what was told before, the sum is
// what the mean makes: right up to 99 ratings; beyond, the title's next review brings the right one.
export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.begin()
  pgm.sql('ALTER TABLE content_stats ADD COLUMN rating_sum bigint NOT NULL DEFAULT 0')
  pgm.sql(
    'UPDATE /* migrate.rating-sums */ content_stats SET rating_sum = round(rating * rating_count) WHERE rating_count > 0',
  )
}

export const down = (/** @type {MigrationBuilder} */ pgm) =>
  pgm.sql('ALTER TABLE content_stats DROP COLUMN rating_sum')
