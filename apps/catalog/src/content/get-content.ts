import { Content, ContentRef, Include, Language, z } from '@marquee/contracts'
import { endpoint, jsonBytes } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { loadPublished, variantOf } from './cached-content.js'
import { type ContentBytes, type ContentView, readContent } from './content-read-store.js'
import { contentId, noContent } from './find-content.js'
import { acceptedLanguages } from './languages.js'

const include = z
  .string()
  .transform((text) => [...new Set(text.split(','))].sort())
  .pipe(z.array(Include))
  .optional()
  .openapi({
    type: 'string',
    description: `Parts to add, separated by commas: ${Include.options.join(', ')}`,
    example: 'episodes,translations',
  })

export const getContent = (catalog: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/{id}',
    operationId: 'getContent',
    summary: 'One title',
    description:
      'By UUID or slug. `lang` (or Accept-Language) chooses the language of title and description; the one answered is in ' +
      'Content-Language. Titles that are not published are seen by editors only.',
    tag: 'Catalogue',
    access: 'public',
    params: z.object({ id: ContentRef }),
    query: z.object({ include, lang: Language.optional() }),
    headers: z.object({ 'accept-language': z.string().optional().openapi({ example: 'ja, en;q=0.8' }) }),
    responses: {
      200: {
        description: 'The title',
        schema: Content,
        headers: {
          ETag: '`"<version>.<hash>"`: for If-None-Match, and for If-Match of an edit',
          'Content-Language': 'Language of title and description (BCP 47)',
        },
      },
    },
    problems: ['content_not_found'],
    async handle({ params, query, headers, viewer }) {
      const id = await contentId(catalog, params.id)
      const view: ContentView = {
        languages: query.lang ? [query.lang] : acceptedLanguages(headers['accept-language']),
        include: query.include ?? [],
        asEditor: false,
      }
      const published = await readPublished(catalog, id, view)
      if (published) return reply(published, publicFor(catalog.limits))
      const hidden = isEditor(viewer) && (await readContent(catalog.pool, id, { ...view, asEditor: true }))
      if (!hidden) throw noContent(params.id)
      return reply(hidden, privately)
    },
  })

type Answer = Pick<ContentBytes, 'etag' | 'language' | 'bytes'>

/** Through the cache. */
export async function readPublished(
  { pool, cache }: Catalog,
  id: string,
  view: ContentView,
): Promise<Answer | null> {
  const entry = await cache.contents.get(id, variantOf(view), () => loadPublished(pool, id, view))
  if (!entry) return null
  const space = entry.etag.indexOf(' ')
  return { language: entry.etag.slice(0, space), etag: entry.etag.slice(space + 1), bytes: entry.bytes }
}

const reply = ({ etag, language, bytes }: Answer, caching: Record<string, string>) =>
  jsonBytes(200, bytes, { etag, 'content-language': language, vary: 'Accept-Language', ...caching })
