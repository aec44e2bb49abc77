import { type Db, query, sql, type Tx, writeOutbox } from '@marquee/postgres'
import { ApiError } from '@marquee/service-kit'
import { eventBodyOf, eventTypeOf } from './content-rules.js'
import {
  columnNames,
  type Genres,
  listedColumns,
  placeholders,
  selected,
  type Title,
  type TitleWithGenres,
  titleColumns,
  valuesOf,
} from './title.js'

const listed = `${columnNames(listedColumns)}, genre_ids`
const listedEdits = listed
  .split(', ')
  .filter((column) => column !== 'id')
  .map((column) => `${column} = excluded.${column}`)
const edits = titleColumns.slice(1).map(([, column], n) => `${column} = $${n + 2}`)

export const statements = {
  lock: sql(
    'content.lock',
    `SELECT ${selected(titleColumns)} FROM content_metadata WHERE id = $1 FOR UPDATE`,
  ),
  insert: sql(
    'content.insert',
    `INSERT INTO content_metadata (${columnNames(titleColumns)}) VALUES (${placeholders(titleColumns.length)})`,
  ),
  update: sql('content.update', `UPDATE content_metadata SET ${edits.join(', ')} WHERE id = $1`),
  genres: sql(
    'content.genres',
    `SELECT g.id, g.name FROM content_genres AS c JOIN genres AS g ON g.id = c.genre_id
     WHERE c.content_id = $1 ORDER BY c.position, g.id`,
  ),
  clearGenres: sql('content.clear-genres', 'DELETE FROM content_genres WHERE content_id = $1'),
  addGenre: sql(
    'content.add-genre',
    'INSERT INTO content_genres (content_id, genre_id, position) VALUES ($1, $2, $3)',
  ),
  makeStats: sql(
    'content.make-stats',
    'INSERT INTO content_stats (content_id) VALUES ($1) ON CONFLICT (content_id) DO NOTHING',
  ),
  // Waits for another transaction that claims the same slug, and then gives no row.
  claimSlug: sql(
    'slugs.claim',
    `INSERT INTO content_slugs (slug, content_id) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING slug`,
  ),
  freeSlug: sql('slugs.free', 'DELETE FROM content_slugs WHERE slug = $1'),
  list: sql(
    'listing.put',
    `INSERT INTO content_listing (${listed}) VALUES (${placeholders(listedColumns.length + 1)})
     ON CONFLICT (id) DO UPDATE SET ${listedEdits.join(', ')}`,
  ),
}

/** The title under its row's lock: whoever holds it assigns the next version. */
export async function lockTitle(tx: Tx, id: string): Promise<TitleWithGenres | null> {
  const [title] = await query<Title>(tx, statements.lock, [id])
  return title ? { ...title, genres: await genresOf(tx, id) } : null
}

export const genresOf = (db: Db, id: string): Promise<Genres> =>
  query<Genres[number]>(db, statements.genres, [id])

/**
 * Writes a new title with the first of the slugs that is free.
 * @throws ApiError slug_taken
 */
export async function insertTitle(
  tx: Tx,
  title: TitleWithGenres,
  slugs: string[],
  traceparent?: string,
): Promise<TitleWithGenres> {
  const made = { ...title, slug: await claimSlug(tx, slugs, title.id) }
  await query(tx, statements.insert, valuesOf(titleColumns, made))
  await query(tx, statements.makeStats, [made.id])
  await addGenres(tx, made)
  await finish(tx, null, made, traceparent)
  return made
}

/** Writes what an edit changed; `before` must have been read under its lock in this transaction. @throws ApiError slug_taken */
export async function updateTitle(
  tx: Tx,
  before: TitleWithGenres,
  after: TitleWithGenres,
  traceparent?: string,
): Promise<void> {
  if (after.slug !== before.slug) {
    await claimSlug(tx, [after.slug], after.id)
    await query(tx, statements.freeSlug, [before.slug])
  }
  await query(tx, statements.update, valuesOf(titleColumns, after))
  if (String(idsOf(before.genres)) !== String(idsOf(after.genres))) {
    await query(tx, statements.clearGenres, [after.id])
    await addGenres(tx, after)
  }
  await finish(tx, before, after, traceparent)
}

/** The projection comes last: on Citus an open writer of a reference table makes every other one wait. */
async function finish(tx: Tx, before: Title | null, after: TitleWithGenres, traceparent?: string) {
  const type = eventTypeOf(before, after)
  await writeOutbox(tx, [
    {
      type,
      subject: after.id,
      subjectVersion: after.version,
      body: eventBodyOf(type, after),
      ...(traceparent !== undefined && { traceparent }),
    },
  ])
  await query(tx, statements.list, [...valuesOf(listedColumns, after), idsOf(after.genres)])
}

/** One by one: on Citus an INSERT from unnest would go through the coordinator's files instead of to the one shard. */
async function addGenres(tx: Tx, { id, genres }: TitleWithGenres): Promise<void> {
  for (const [position, genre] of genres.entries())
    await query(tx, statements.addGenre, [id, genre.id, position])
}

const idsOf = (genres: Genres) => genres.map((genre) => genre.id)

async function claimSlug(tx: Tx, slugs: string[], id: string): Promise<string> {
  for (const slug of slugs) if ((await query(tx, statements.claimSlug, [slug, id])).length === 1) return slug
  throw new ApiError('slug_taken', `Another title has the slug "${slugs.at(-1)}".`)
}
