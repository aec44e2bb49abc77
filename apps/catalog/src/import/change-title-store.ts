import type { EventData, NewEvent } from '@marquee/contracts'
import { query, sql, type Tx } from '@marquee/postgres'
import { type PresentTitle, readGenresOf } from './imported-titles-store.js'
import type { Merge } from './merge-rules.js'
import type { Fields } from './source-title.js'
import { listedNames } from './title-rows.js'

const updateTitle = sql(
  'import.update-title',
  `UPDATE content_metadata SET kind = $2, title = $3, title_language = $4, original_title = $5, year = $6, origin = $7,
     original_language = $8, airing_status = $9, version = version + 1, updated_at = $10
   WHERE id = $1 RETURNING version`,
)
const updateListing = sql(
  'import.update-listing',
  `UPDATE content_listing SET kind = $2, title = $3, original_title = $4, year = $5, origin = $6, titles = $7 WHERE id = $1`,
)
const putNames = sql(
  'import.put-names',
  `INSERT INTO content_translations (content_id, language, title, aliases) VALUES ($1, $2, $3, $4)
   ON CONFLICT (content_id, language) DO UPDATE SET title = excluded.title, aliases = excluded.aliases`,
)
const removeNames = sql(
  'import.remove-names',
  'DELETE FROM content_translations WHERE content_id = $1 AND language = $2',
)
const putExternalId = sql(
  'import.put-external-id',
  `INSERT INTO external_ids (content_id, source, external_id, url) VALUES ($1, $2, $3, $4)
   ON CONFLICT (content_id, source, external_id) DO UPDATE SET url = excluded.url`,
)
const removeExternalId = sql(
  'import.remove-external-id',
  'DELETE FROM external_ids WHERE content_id = $1 AND source = $2 AND external_id = $3',
)

/** `translations.en` and `externalIds.mal` name a row of another table: which one. */
const partsOf = (changes: Merge['changes'], prefix: string) =>
  Object.entries(changes).flatMap(([field, value]) =>
    field.startsWith(`${prefix}.`)
      ? [{ field, key: field.slice(prefix.length + 1), value: value as string[] | undefined }]
      : [],
  )

async function changeNames(tx: Tx, { row, names }: PresentTitle, changes: Merge['changes']) {
  const after = { ...names }
  for (const { key: language, value } of partsOf(changes, 'translations')) {
    if (value === undefined) {
      delete after[language]
      await query(tx, removeNames, [row.id, language])
    } else {
      const [title, ...aliases] = value
      after[language] = value
      await query(tx, putNames, [row.id, language, title, aliases])
    }
  }
  return after
}

async function changeExternalIds(tx: Tx, { row, fields }: PresentTitle, changes: Merge['changes']) {
  for (const { field, key: source, value } of partsOf(changes, 'externalIds')) {
    const before = fields[field] as string[] | undefined
    if (before && before[0] !== value?.[0]) await query(tx, removeExternalId, [row.id, source, before[0]])
    if (value) await query(tx, putExternalId, [row.id, source, value[0], value[1]])
  }
}

/**
 * Writes the changed fields of a title whose row is locked, and its projection. The version counts this edit.
 * @returns the event to state in the same transaction
 */
export async function changeTitle(
  tx: Tx,
  present: PresentTitle,
  changes: Merge['changes'],
  titleLanguage: string,
): Promise<NewEvent> {
  const { row } = present
  const now = { ...present.fields, ...changes } as Fields & EventData<'content.updated'>
  const { kind, title, originalTitle, year, origin, originalLanguage, airingStatus } = now
  const language = 'title' in changes ? titleLanguage : row.titleLanguage
  const names = await changeNames(tx, present, changes)
  await changeExternalIds(tx, present, changes)
  const values = [row.id, kind, title, language, originalTitle, year, origin, originalLanguage, airingStatus]
  const [updated] = await query<{ version: number }>(tx, updateTitle, [...values, new Date()])
  await query(tx, updateListing, [row.id, kind, title, originalTitle, year, origin, listedNames(names)])
  const { id, slug, posterUrl, isVip, status } = row
  const genres = await readGenresOf(tx, id)
  const body = { id, slug, kind, title, originalTitle, posterUrl, year, origin, isVip, genres, status }
  return { type: 'content.updated', subject: id, subjectVersion: updated?.version ?? 0, body }
}
