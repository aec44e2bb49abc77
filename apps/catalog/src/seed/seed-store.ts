import type { Genre, PersonSummary } from '@marquee/contracts'
import { type Db, type Pool, query, sql } from '@marquee/postgres'

const addGenre = sql('seed.add-genre', 'INSERT INTO genres (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING')
const addPerson = sql(
  'seed.add-person',
  'INSERT INTO persons (id, name, original_name, profile_url) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
)
const readGenres = sql('seed.read-genres', 'SELECT id, name FROM genres WHERE lower(name) = ANY($1::text[])')
const existing = sql('seed.existing-titles', 'SELECT id FROM content_metadata WHERE id = ANY($1::uuid[])')

/** Adds the genres that are missing. An editor may have made one of that name before: then that one serves. */
export async function addGenres(pool: Pool, genres: Genre[]): Promise<Genre[]> {
  const names = genres.map(({ name }) => name.toLowerCase())
  const read = async () => {
    const rows = await query<Genre>(pool, readGenres, [names])
    return new Map(rows.map((genre) => [genre.name.toLowerCase(), genre]))
  }
  const there = await read()
  for (const { id, name } of genres)
    if (!there.has(name.toLowerCase())) await query(pool, addGenre, [id, name])
  const now = await read()
  return genres.map((genre) => now.get(genre.name.toLowerCase()) ?? genre)
}

export async function addPersons(pool: Pool, people: PersonSummary[]): Promise<void> {
  for (const { id, name, originalName, profileUrl } of people)
    await query(pool, addPerson, [id, name, originalName, profileUrl])
}

export async function existingTitles(db: Db, ids: string[]): Promise<Set<string>> {
  const rows = await query<{ id: string }>(db, existing, [ids])
  return new Set(rows.map(({ id }) => id))
}
