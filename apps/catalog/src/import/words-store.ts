import { type Db, query, type Statement, sql, type Tx } from '@marquee/postgres'
import { v7 as uuidv7 } from 'uuid'
import { insertGenre } from '../genres/genre-store.js'
import { insertPerson } from '../people/person-store.js'
import { insertTag } from '../tags/tag-store.js'

const named = (table: string) =>
  sql(
    `import.named-${table}`,
    `SELECT DISTINCT ON (lower(name)) id, name FROM ${table} WHERE lower(name) = ANY($1::text[]) ORDER BY lower(name), id`,
  )
const namedGenres = named('genres')
const namedTags = named('tags')
const namedPersons = named('persons')

type Word = { id: string; name: string }
/** By name in lower case. */
type Words = Map<string, Word>

const find = async (db: Db, statement: Statement, names: string[]): Promise<Words> => {
  const lower = [...new Set(names.map((name) => name.toLowerCase()))]
  const rows = lower.length === 0 ? [] : await query<Word>(db, statement, [lower])
  return new Map(rows.map((word) => [word.name.toLowerCase(), word]))
}

/** Those that are there, and the others made; another writer may make one at the same time. */
async function ensure(
  tx: Tx,
  statement: Statement,
  names: string[],
  add: (tx: Tx, id: string, name: string) => Promise<unknown>,
): Promise<Words> {
  const known = await find(tx, statement, names)
  // Of several ways to write one, the first is kept.
  const missing = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]))
  for (const name of known.keys()) missing.delete(name)
  if (missing.size === 0) return known
  for (const name of [...missing.values()].sort()) await add(tx, uuidv7(), name)
  return await find(tx, statement, names)
}

export const ensureGenres = (tx: Tx, names: string[]) => ensure(tx, namedGenres, names, insertGenre)
export const ensureTags = (tx: Tx, names: string[]) => ensure(tx, namedTags, names, insertTag)

const nothingElse = {
  originalName: null,
  profileUrl: null,
  biography: null,
  birthDate: null,
  nationality: null,
}
/** A list knows people by name alone, so the first of a name is meant. */
export const ensurePersons = (tx: Tx, names: string[]) =>
  ensure(tx, namedPersons, names, (within, id, name) => insertPerson(within, { id, name, ...nothingElse }))
