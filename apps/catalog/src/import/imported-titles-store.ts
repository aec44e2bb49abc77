import type { EventData, Genre } from '@marquee/contracts'
import { copyRows, type Db, query, sql, type Tx } from '@marquee/postgres'
import type { Fields } from './source-title.js'

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
const lockTitle = sql('import.lock-title', 'SELECT id FROM content_metadata WHERE id = $1 FOR UPDATE')
const readTitles = sql(
  'import.read-titles',
  `SELECT id, slug, version, status, poster_url AS "posterUrl", is_vip AS "isVip", kind, title, title_language AS "titleLanguage",
     original_title AS "originalTitle", year, origin, original_language AS "originalLanguage", airing_status AS "airingStatus"
   FROM content_metadata WHERE id = ANY($1::uuid[])`,
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
  `SELECT g.id, g.name FROM content_genres cg JOIN genres g ON g.id = cg.genre_id
   WHERE cg.content_id = $1 ORDER BY cg.position, g.name`,
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

type TitleRow = Omit<EventData<'content.updated'>, 'genres'> & {
  version: number
  titleLanguage: string
  originalLanguage: string
  airingStatus: string | null
}

/** A title as the catalogue has it, in the terms of an import. */
export interface PresentTitle {
  row: TitleRow
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
  for (const id of ids.toSorted()) await query(tx, lockTitle, [id])
}

export async function readPresent(db: Db, ids: string[]): Promise<Map<string, PresentTitle>> {
  const present = new Map<string, PresentTitle>()
  if (ids.length === 0) return present
  for (const row of await query<TitleRow>(db, readTitles, [ids])) {
    const { kind, title, originalTitle, year, origin, originalLanguage, airingStatus } = row
    const fields: Fields = { kind, title, originalTitle, year, origin, originalLanguage, airingStatus }
    present.set(row.id, { row, fields, names: {} })
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

export const readGenresOf = (db: Db, id: string): Promise<Genre[]> => query<Genre>(db, readGenres, [id])
