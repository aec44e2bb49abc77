import { date, dropCollections, makeCollection, only, text, uuid, whole } from './support/collection.js'

/** @import { Db } from 'mongodb' */

/** What the catalogue said of a title; `archived` is a tombstone that no older event brings back. */
const title = only({
  _id: uuid,
  version: whole(1),
  status: { enum: ['draft', 'scheduled', 'published', 'archived'] },
  slug: text,
  at: date,
})

/** @param {Db} db */
export const up = (db) =>
  makeCollection(db, 'titles', {
    schema: title,
    // Not unique: a slug may pass from one title to another, and events of two titles keep no order.
    indexes: [{ name: 'slug', key: { slug: 1, status: 1, at: -1 } }],
  })

/** @param {Db} db */
export const down = (db) => dropCollections(db, ['titles'])
