/** @import { Db, IndexDescription } from 'mongodb' */

/**
 * Makes a collection with its validator and indexes, or gives an existing one this validator and what indexes it lacks: MongoDB has no
 * transaction around these, so a run that was killed is repeated whole.
 *
 * @param {Db} db
 * @param {string} name
 * @param {{ schema: object, indexes?: IndexDescription[] }} about `schema` is a $jsonSchema of the whole document
 */
export async function makeCollection(db, name, { schema, indexes = [] }) {
  const validation = {
    validator: { $jsonSchema: schema },
    validationLevel: 'strict',
    validationAction: 'error',
  }
  const exists = await db.listCollections({ name }, { nameOnly: true }).hasNext()
  if (exists) await db.command({ collMod: name, ...validation })
  else await db.createCollection(name, validation)
  if (indexes.length > 0) await db.collection(name).createIndexes(indexes)
}

/** @param {Db} db @param {string[]} names */
export async function dropCollections(db, names) {
  for (const name of names) await db.collection(name).drop()
}

/**
 * A document of exactly these fields.
 *
 * @param {Record<string, object>} required
 * @param {Record<string, object>} [optional]
 */
export const only = (required, optional = {}) => ({
  bsonType: 'object',
  additionalProperties: false,
  // MongoDB takes no empty list.
  ...(Object.keys(required).length > 0 && { required: Object.keys(required) }),
  properties: { ...required, ...optional },
})

export const uuid = {
  bsonType: 'string',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
}
export const text = { bsonType: 'string' }
export const date = { bsonType: 'date' }
export const bool = { bsonType: 'bool' }

/** @param {number} minimum @param {number} [maximum] */
export const whole = (minimum, maximum) => ({
  bsonType: ['int', 'long'],
  minimum,
  ...(maximum !== undefined && { maximum }),
})

/** @param {object} item @param {number} maxItems */
export const listOf = (item, maxItems) => ({ bsonType: 'array', items: item, maxItems })

/** @param {object} schema one with a single bsonType */
export const orNull = (schema) => ({ oneOf: [schema, { bsonType: 'null' }] })
