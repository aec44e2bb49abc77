import { distribution } from './support/citus.js'

/** @import { MigrationBuilder } from 'node-pg-migrate' */

const tables = ['episodes', 'episode_listing']

// False while an air date is still to come, or has come and was not told yet: what a job makes into an event, once.
export const up = async (/** @type {MigrationBuilder} */ pgm) => {
  const citus = await distribution(pgm)
  citus.begin()
  for (const table of tables) {
    pgm.sql(`ALTER TABLE ${table} ADD COLUMN aired boolean NOT NULL DEFAULT true`)
    pgm.sql(`UPDATE /* migrate.airing */ ${table} SET aired = false WHERE air_date > now()`)
  }
  pgm.sql(
    `CREATE INDEX episode_listing_airing_idx ON episode_listing (air_date) WHERE status = 'published' AND NOT aired`,
  )
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of tables.toReversed()) pgm.sql(`ALTER TABLE ${table} DROP COLUMN aired`)
}
