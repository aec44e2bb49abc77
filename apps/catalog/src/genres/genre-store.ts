import { type Db, query, sql, type Tx } from '@marquee/postgres'
import type { Genres } from '../content/title.js'

export const statements = {
  byId: sql('genres.by-id', 'SELECT id, name FROM genres WHERE id = ANY($1::uuid[])'),
  list: sql(
    'genres.list',
    `SELECT id, name, lower(name) AS key FROM genres
     WHERE $1::text IS NULL OR (lower(name), id) > ($1::text, $2::uuid) ORDER BY lower(name), id LIMIT $3`,
  ),
  insert: sql(
    'genres.insert',
    'INSERT INTO genres (id, name) VALUES ($1, $2) ON CONFLICT (lower(name)) DO NOTHING RETURNING id',
  ),
}

export const genresById = (db: Db, ids: string[]): Promise<Genres> =>
  ids.length === 0 ? Promise.resolve([]) : query<Genres[number]>(db, statements.byId, [ids])

export type ListedGenre = Genres[number] & { key: string }

export const listGenres = (db: Db, after: [string, string] | null, limit: number): Promise<ListedGenre[]> =>
  query<ListedGenre>(db, statements.list, [after?.[0] ?? null, after?.[1] ?? null, limit])

/** False when there is a genre of this name, in whatever case. */
export const insertGenre = async (tx: Tx, id: string, name: string): Promise<boolean> =>
  (await query(tx, statements.insert, [id, name])).length === 1
