import type { Genre, NewEvent } from '@marquee/contracts'
import { query, sql, type Tx } from '@marquee/postgres'
import { eventBodyOf, nextVersion } from '../content/content-rules.js'
import { statements } from '../content/content-store.js'
import { type Title, titleColumns, valuesOf } from '../content/title.js'
import type { PresentTitle } from './imported-titles-store.js'
import type { Merge } from './merge-rules.js'
import { contentFields } from './source-title.js'
import { listedNames } from './title-rows.js'

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
const updateListing = sql(
  'import.update-listing',
  `UPDATE content_listing AS l SET kind = n.kind, title = n.title, original_title = n.original_title, year = n.year,
     origin = n.origin, titles = n.titles
   FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[])
     AS n (id, kind, title, original_title, year, origin, titles)
   WHERE l.id = n.id`,
)

/** A title as an import left it. */
export interface ChangedTitle {
  title: Title
  names: Record<string, string[]>
}

/** `translations.en` and `externalIds.mal` name a row of another table: which one. */
const partsOf = (changes: Merge['changes'], prefix: string) =>
  Object.entries(changes).flatMap(([field, value]) =>
    field.startsWith(prefix)
      ? [{ field, key: field.slice(prefix.length), value: value as string[] | undefined }]
      : [],
  )

async function changeNames(tx: Tx, { title: { id }, names }: PresentTitle, changes: Merge['changes']) {
  const after = { ...names }
  for (const { key: language, value } of partsOf(changes, 'translations.')) {
    if (value === undefined) {
      delete after[language]
      await query(tx, removeNames, [id, language])
    } else {
      after[language] = value
      await query(tx, putNames, [id, language, value[0], value.slice(1)])
    }
  }
  return after
}

async function changeExternalIds(tx: Tx, { title: { id }, fields }: PresentTitle, changes: Merge['changes']) {
  for (const { field, key: source, value } of partsOf(changes, 'externalIds.')) {
    const before = fields[field] as string[] | undefined
    if (before && before[0] !== value?.[0]) await query(tx, removeExternalId, [id, source, before[0]])
    if (value) await query(tx, putExternalId, [id, source, value[0], value[1]])
  }
}

/** Writes the changed fields of a title whose row is locked; the version counts this edit. Projection and event are the caller's. */
export async function changeTitle(
  tx: Tx,
  present: PresentTitle,
  changes: Merge['changes'],
  titleLanguage: string,
): Promise<ChangedTitle> {
  const names = await changeNames(tx, present, changes)
  await changeExternalIds(tx, present, changes)
  const own = Object.fromEntries(
    contentFields.flatMap((name) => (name in changes ? [[name, changes[name]]] : [])),
  )
  const language = 'title' in changes ? { titleLanguage } : {}
  const title: Title = nextVersion({ ...present.title, ...own, ...language }, new Date())
  await query(tx, statements.update, valuesOf(titleColumns, title))
  return { title, names }
}

/** The projection of all changed titles at once and last: on Citus its open writer makes every other one wait. */
export async function listChanges(tx: Tx, changed: ChangedTitle[]): Promise<void> {
  if (changed.length === 0) return
  const titles = changed.map(({ title }) => title)
  await query(tx, updateListing, [
    titles.map(({ id }) => id),
    titles.map(({ kind }) => kind),
    titles.map(({ title }) => title),
    titles.map(({ originalTitle }) => originalTitle),
    titles.map(({ year }) => year),
    titles.map(({ origin }) => origin),
    changed.map(({ names }) => listedNames(names)),
  ])
}

export const updatedEvent = ({ title }: ChangedTitle, genres: Genre[]): NewEvent => ({
  type: 'content.updated',
  subject: title.id,
  subjectVersion: title.version,
  body: eventBodyOf('content.updated', { ...title, genres }),
})
