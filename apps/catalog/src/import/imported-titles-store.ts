import type { Genre } from '@marquee/contracts'
import { copyRows, type Db, query, sql, type Tx } from '@marquee/postgres'
import { statements } from '../content/content-store.js'
import { selected, type Title, titleColumns } from '../content/title.js'
import { contentFields, type Fields } from './source-title.js'

const { lock } = statements

// The values imported last are asked for only where they differ from what the source says now.
const findIdentities = sql(
  'import.find-identities',
  `SELECT i.identity, i.content_id, CASE WHEN i.row_hash = asked.hash THEN NULL ELSE i.imported END AS imported
   FROM unnest($1::text[], $2::text[]) AS asked (identity, hash) JOIN import_identities i ON i.identity = asked.identity`,
)
const rememberFields = sql(
  'import.remember-fields',
  `UPDATE import_identities i SET row_hash = said.hash, imported = said.imported::jsonb, updated_at = $4
   FROM unnest($1::text[], $2::text[], $3::text[]) AS said (identity, hash, imported) WHERE i.identity = said.identity`,
)
const countIdentities = sql(
  'import.count-identities',
  'SELECT count(*)::integer AS count FROM import_identities WHERE source = $1',
)
const readTitles = sql(
  'import.read-titles',
  `SELECT ${selected(titleColumns)} FROM content_metadata WHERE id = ANY($1::uuid[])`,
)
const readNames = sql(
  'import.read-names',
  `SELECT content_id AS id, language, title, aliases FROM content_translations
   WHERE content_id = ANY($1::uuid[]) ORDER BY content_id, language`,
)
const readExternalIds = sql(
  'import.read-external-ids',
  `SELECT content_id AS id, source, external_id AS "externalId", url FROM external_ids
   WHERE content_id = ANY($1::uuid[]) ORDER BY content_id, source, external_id DESC`,
)
const readGenres = sql(
  'import.read-genres',
  `SELECT cg.content_id AS "contentId", g.id, g.name FROM content_genres cg JOIN genres g ON g.id = cg.genre_id
   WHERE cg.content_id = ANY($1::uuid[]) ORDER BY cg.content_id, cg.position, g.id`,
)

export interface KnownIdentity {
  contentId: string
  /** What was imported last; null when it is what the source says now. */
  imported: Fields | null
}

export interface Identity {
  identity: string
  contentId: string
  hash: string
  imported: Fields
}

/** A title as the catalogue has it, in the terms of an import. */
export interface PresentTitle {
  title: Title
  fields: Fields
  /** Names by language, those included that no import brought. */
  names: Record<string, string[]>
}

export async function findImported(
  db: Db,
  asked: { identity: string; hash: string }[],
): Promise<Map<string, KnownIdentity>> {
  const values = [asked.map(({ identity }) => identity), asked.map(({ hash }) => hash)]
  const rows = await query<{ identity: string; content_id: string; imported: Fields | null }>(
    db,
    findIdentities,
    values,
  )
  return new Map(rows.map((row) => [row.identity, { contentId: row.content_id, imported: row.imported }]))
}

export const addIdentities = (tx: Tx, source: string, added: Identity[]) =>
  copyRows(
    tx,
    'import_identities',
    ['identity', 'source', 'content_id', 'row_hash', 'imported'],
    added.map(({ identity, contentId, hash, imported }) => [identity, source, contentId, hash, imported]),
  )

export async function updateIdentities(tx: Tx, changed: Omit<Identity, 'contentId'>[]): Promise<void> {
  if (changed.length === 0) return
  await query(tx, rememberFields, [
    changed.map(({ identity }) => identity),
    changed.map(({ hash }) => hash),
    changed.map(({ imported }) => JSON.stringify(imported)),
    new Date(),
  ])
}

export async function countImported(db: Db, source: string): Promise<number> {
  const [row] = await query<{ count: number }>(db, countIdentities, [source])
  return row?.count ?? 0
}

/** Row locks one by one: across shards FOR UPDATE is refused. In the order of ids, so that two writers of many cannot deadlock. */
export async function lockTitles(tx: Tx, ids: string[]): Promise<void> {
  for (const id of ids.toSorted()) await query(tx, lock, [id])
}

export async function readPresent(db: Db, ids: string[]): Promise<Map<string, PresentTitle>> {
  const present = new Map<string, PresentTitle>()
  if (ids.length === 0) return present
  for (const title of await query<Title>(db, readTitles, [ids])) {
    const fields: Fields = Object.fromEntries(contentFields.map((name) => [name, title[name]]))
    present.set(title.id, { title, fields, names: {} })
  }
  type Name = { id: string; language: string; title: string; aliases: string[] }
  for (const { id, language, title, aliases } of await query<Name>(db, readNames, [ids])) {
    const of = present.get(id)
    if (!of) continue
    of.names[language] = [title, ...aliases]
    of.fields[`translations.${language}`] = [title, ...aliases]
  }
  type Foreign = { id: string; source: string; externalId: string; url: string | null }
  for (const { id, source, externalId, url } of await query<Foreign>(db, readExternalIds, [ids])) {
    const of = present.get(id)
    if (of) of.fields[`externalIds.${source}`] = [externalId, url]
  }
  return present
}

/** Genres by title. */
export async function readGenresOf(db: Db, ids: string[]): Promise<Map<string, Genre[]>> {
  const rows = await query<Genre & { contentId: string }>(db, readGenres, [ids])
  const genres = new Map<string, Genre[]>(ids.map((id) => [id, []]))
  for (const { contentId, ...genre } of rows) genres.get(contentId)?.push(genre)
  return genres
}
