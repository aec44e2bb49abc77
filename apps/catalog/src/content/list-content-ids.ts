import { IdList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { publicFor } from '../responses.js'
import { listIds, Place } from './listing-store.js'

const path = '/api/v1/content/ids'

export const listContentIds = ({ pool, cursorKey, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listContentIds',
    summary: 'Ids of the published titles',
    description: 'Newest first. Walked by cursor, each id comes exactly once, also while titles are added.',
    tag: 'Catalogue',
    access: 'public',
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of ids', schema: IdList } },
    async handle({ query: { limit, cursor } }) {
      const list = { key: cursorKey, path, filters: {}, place: Place }
      const rows = await listIds(pool, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, { item: (row) => `"${row.id}"`, place: placeAt }, publicFor(limits))
    },
  })

/** Times travel in cursors with the precision that they are kept with. */
export const placeAt = ({ key, id }: { key: Place[0] | Date; id: string }): Place => [
  key instanceof Date ? key.toISOString() : key,
  id,
]
