import { ContentRef, TagList, z } from '@marquee/contracts'
import { endpoint, jsonBytes } from '@marquee/service-kit'
import { visibleContent } from '../content/find-content.js'
import type { Catalog } from '../context.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { shownTag } from './list-tags.js'
import { tagsOf } from './tag-store.js'

export const listContentTags = (catalog: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/{id}/tags',
    operationId: 'listContentTags',
    summary: 'Tags of a title',
    description: 'By name, all at once: a title has 50 at most.',
    tag: 'Tags',
    access: 'public',
    params: z.object({ id: ContentRef }),
    responses: { 200: { description: 'All tags of the title', schema: TagList } },
    problems: ['content_not_found'],
    async handle({ params, viewer }) {
      const asEditor = isEditor(viewer)
      const { id } = await visibleContent(catalog, params.id, asEditor)
      const items = (await tagsOf(catalog.pool, id)).map(shownTag.item)
      const caching = asEditor ? privately : publicFor(catalog.limits)
      return jsonBytes(200, Buffer.from(`{"items":[${items.join(',')}],"next":null}`), caching)
    },
  })
