import { ContentRef, CreditList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import { visibleContent } from '../content/find-content.js'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { type CreditPlace, type ListedCredit, listCredits } from './credit-store.js'

const Place = z.tuple([z.string(), z.boolean(), z.number(), z.guid()])

export const listContentCredits = (catalog: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/{id}/credits',
    operationId: 'listContentCredits',
    summary: 'Cast and crew of a title',
    description: 'The cast first, its leads before the others, then the crew.',
    tag: 'Credits',
    access: 'public',
    params: z.object({ id: ContentRef }),
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of credits', schema: CreditList } },
    problems: ['content_not_found'],
    async handle({ params, query: { limit, cursor }, viewer }) {
      const { pool, cursorKey, limits } = catalog
      const asEditor = isEditor(viewer)
      const { id } = await visibleContent(catalog, params.id, asEditor)
      const list = { key: cursorKey, path: `/api/v1/content/${id}/credits`, filters: {}, place: Place }
      const rows = await listCredits(pool, id, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, shown, asEditor ? privately : publicFor(limits))
    },
  })

const shown = {
  item: ({ item }: ListedCredit) => item,
  place: ({ kind, behind, place, id }: ListedCredit): CreditPlace => [kind, behind, place, id],
}
