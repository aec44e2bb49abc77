import { CreateContent } from '@marquee/contracts'

export type FieldValue = string | number | boolean | null | [externalId: string, url: string | null]
/** What a source says of a title, by field: `title`, `year`, `translations.<language>`, `externalIds.<source>`. */
export type Fields = Record<string, FieldValue>

/** One title of any source, ready to be written. */
export interface SourceTitle {
  /** Hash that names this title within its source for ever. */
  identity: string
  /** Best first; the first free one is taken when the title is added and kept from then on. */
  slugs: string[]
  content: Omit<CreateContent, 'slug' | 'genres'>
  /** Title by language. */
  translations: Record<string, string>
  externalIds: Record<string, { externalId: string; url: string | null }>
}

/** Something the source has and the catalogue has no place for. */
export interface Drop {
  field: string
  reason: string
}

export type Mapped =
  | { kind: 'title'; title: SourceTitle; dropped: Drop[] }
  | { kind: 'skipped'; label: string; reasons: string[] }

/** Fields that an import keeps up to date after it has added a title; the rest belongs to the editors from then on. */
export const contentFields = [
  'kind',
  'title',
  'originalTitle',
  'year',
  'origin',
  'originalLanguage',
  'airingStatus',
] as const

export function fieldsOf(title: SourceTitle): Fields {
  const fields: Fields = {}
  for (const name of contentFields) fields[name] = title.content[name] ?? null
  for (const [language, text] of Object.entries(title.translations)) fields[`translations.${language}`] = text
  for (const [source, { externalId, url }] of Object.entries(title.externalIds)) {
    fields[`externalIds.${source}`] = [externalId, url]
  }
  return fields
}

/** NUL and halves of surrogate pairs: PostgreSQL keeps neither, and one such row would fail its whole batch. */
const unstorable = /[\0\p{Surrogate}]/u

/** The rules of POST /content, applied to a title of a source: the reasons against it, or the content as the rules leave it. */
export function checkTitle(title: SourceTitle): { reasons: string[] } | { title: SourceTitle } {
  const odd = Object.entries(fieldsOf(title)).filter(([, value]) =>
    [value].flat().some((text) => unstorable.test(String(text))),
  )
  if (odd.length > 0)
    return { reasons: odd.map(([field]) => `${field}: contains a character that cannot be stored`) }
  const long = Object.entries(title.translations).filter(([, text]) => text.length > 500)
  if (long.length > 0)
    return { reasons: long.map(([language]) => `translations.${language}: longer than 500`) }
  const checked = CreateContent.safeParse({ ...title.content, slug: title.slugs[0] })
  if (!checked.success) {
    return { reasons: checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) }
  }
  const { slug: _, genres: __, ...content } = checked.data
  return { title: { ...title, content } }
}
