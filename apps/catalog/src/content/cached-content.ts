import type { Entry } from '@marquee/cache'
import { Include } from '@marquee/contracts'
import type { Db } from '@marquee/postgres'
import { type ContentView, readContent } from './content-read-store.js'

/** The field of the cache's entry that keeps this view of a title. */
export const variantOf = ({ languages, include }: ContentView): string =>
  `${languages.join('+')}:${include.join('+')}`

/** The view that a field keeps; null for a field that is none of ours. */
export function viewOf(variant: string): ContentView | null {
  const [languages, include, ...rest] = variant.split(':')
  if (languages === undefined || include === undefined || rest.length > 0) return null
  const parts = Include.array().safeParse(parted(include))
  return parts.success ? { languages: parted(languages), include: parts.data, asEditor: false } : null
}

const parted = (text: string) => (text === '' ? [] : text.split('+'))

/** What the cache keeps of a title that everybody may see. An entry has one line of text, so the language travels with the ETag. */
export async function loadPublished(db: Db, id: string, view: ContentView): Promise<Entry | null> {
  const content = await readContent(db, id, view)
  return content && { etag: `${content.language} ${content.etag}`, bytes: content.bytes }
}
