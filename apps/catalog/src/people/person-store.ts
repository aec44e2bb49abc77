import type { Person } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { instant } from '../content/instant.js'

/** A person as in credits, of a table that is called `p`. */
export const personJson = `json_build_object('id', p.id, 'name', p.name, 'originalName', p.original_name, 'profileUrl', p.profile_url)`

const columns = 'id, name, original_name, profile_url, biography, birth_date, nationality'
const fields = `p.id, p.name, p.original_name AS "originalName", p.profile_url AS "profileUrl", p.biography,
  to_char(p.birth_date, 'YYYY-MM-DD') AS "birthDate", p.nationality, p.version, ${instant('p.created_at')} AS "createdAt",
  ${instant('p.updated_at')} AS "updatedAt"`

export const statements = {
  read: sql('persons.read', `SELECT ${fields} FROM persons AS p WHERE p.id = $1`),
  list: sql(
    'persons.list',
    `SELECT p.id, lower(p.name) AS key, ${personJson}::text AS item FROM persons AS p
     WHERE ($1::text IS NULL OR starts_with(lower(p.name), lower($1)))
       AND ($2::text IS NULL OR (lower(p.name), p.id) > ($2::text, $3::uuid))
     ORDER BY lower(p.name), p.id LIMIT $4`,
  ),
  known: sql('persons.known', 'SELECT id FROM persons WHERE id = ANY($1::uuid[])'),
  insert: sql('persons.insert', `INSERT INTO persons (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)`),
  // Compared and raised in one statement: a reference table is no place to wait under a lock.
  update: sql(
    'persons.update',
    `UPDATE persons SET name = $3, original_name = $4, profile_url = $5, biography = $6, birth_date = $7, nationality = $8,
       version = version + 1, updated_at = now() WHERE id = $1 AND version = $2 RETURNING id`,
  ),
  remove: sql('persons.remove', 'DELETE FROM persons WHERE id = $1 AND version = $2 RETURNING id'),
  titles: sql(
    'persons.titles',
    `SELECT DISTINCT content_id AS id FROM (
       SELECT content_id FROM cast_members WHERE person_id = $1 UNION ALL SELECT content_id FROM crew_members WHERE person_id = $1
     ) AS credits`,
  ),
}

export type PersonValues = Omit<Person, 'version' | 'createdAt' | 'updatedAt'>
const valuesOf = (person: PersonValues) => [
  person.name,
  person.originalName,
  person.profileUrl,
  person.biography,
  person.birthDate,
  person.nationality,
]

export const readPerson = async (db: Db, id: string): Promise<Person | null> =>
  (await query<Person>(db, statements.read, [id]))[0] ?? null

export interface ListedPerson {
  id: string
  key: string
  item: string
}
export const listPersons = (
  db: Db,
  prefix: string | undefined,
  after: [string, string] | null,
  limit: number,
): Promise<ListedPerson[]> =>
  query(db, statements.list, [prefix ?? null, after?.[0] ?? null, after?.[1] ?? null, limit])

export const knownPersons = async (db: Db, ids: string[]): Promise<Set<string>> =>
  new Set((await query<{ id: string }>(db, statements.known, [ids])).map(({ id }) => id))

export const insertPerson = (tx: Tx, person: PersonValues) =>
  query(tx, statements.insert, [person.id, ...valuesOf(person)])

/** False when somebody edited the person since this version, or there is none. */
export const updatePerson = async (tx: Tx, version: number, person: PersonValues): Promise<boolean> =>
  (await query(tx, statements.update, [person.id, version, ...valuesOf(person)])).length === 1

/** The same. @throws 23503 when a title credits the person */
export const removePerson = async (tx: Tx, id: string, version: number): Promise<boolean> =>
  (await query(tx, statements.remove, [id, version])).length === 1

export const titlesOfPerson = async (db: Db, id: string): Promise<string[]> =>
  (await query<{ id: string }>(db, statements.titles, [id])).map(({ id }) => id)
