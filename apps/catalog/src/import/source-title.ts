import { CreateContent, type CreateEpisode } from '@marquee/contracts'

/** Lists: names of a language, title first; id and address of an external id. */
export type FieldValue = string | number | boolean | null | (string | null)[]
/** What a source says of a title, by field: `title`, `year`, `translations.<language>`, `externalIds.<source>`. */
export type Fields = Record<string, FieldValue>

/** What is made with a title when it is added, and belongs to the editors from then on. */
export interface TitleParts {
  /** Names, as the catalogue knows them or will. */
  genres: string[]
  tags: string[]
  /** Names of people, leads first. */
  cast: string[]
  rating: { source: string; rating: number; votes: number | null } | null
  episodes: CreateEpisode[]
}

/** One title of any source, ready to be written. */
export interface SourceTitle {
  /** Hash that names this title within its source for ever. */
  identity: string
  /** Best first; the first free one is taken when the title is added and kept from then on. */
  slugs: string[]
  content: Omit<CreateContent, 'slug' | 'genres'>
  titleLanguage: string
  /** Names by language: the title, then what else it is called. */
  translations: Record<string, string[]>
  externalIds: Record<string, { externalId: string; url: string | null }>
  parts?: TitleParts
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
  for (const [language, names] of Object.entries(title.translations))
    fields[`translations.${language}`] = names
  for (const [source, { externalId, url }] of Object.entries(title.externalIds)) {
    fields[`externalIds.${source}`] = [externalId, url]
  }
  return fields
}

/** NUL and halves of surrogate pairs: PostgreSQL keeps neither, and one such row would fail its whole batch. */
export const unstorable = /[\0\p{Surrogate}]/u
/** Characters of a name or an external id; both are in indexes, which have a limit of their own. */
const longest = 500

function faultsOf(title: SourceTitle): string[] {
  return Object.entries({ ...title.content, ...fieldsOf(title) }).flatMap(([field, value]) => {
    const texts = [value].flat().map(String)
    if (texts.some((text) => unstorable.test(text)))
      return [`${field}: contains a character that cannot be stored`]
    return field.includes('.') && texts.some((text) => text.length > longest)
      ? [`${field}: longer than ${longest}`]
      : []
  })
}

/** The rules of POST /content, applied to a title of a source: the reasons against it, or the content as the rules leave it. */
export function checkTitle(title: SourceTitle): { reasons: string[] } | { title: SourceTitle } {
  const faults = faultsOf(title)
  if (faults.length > 0) return { reasons: faults }
  const checked = CreateContent.safeParse({ ...title.content, slug: title.slugs[0] })
  if (!checked.success) {
    return { reasons: checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) }
  }
  const { slug: _, genres: __, ...content } = checked.data
  return { title: { ...title, content } }
}
