import { IdList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import { placeAt } from '../content/list-content-ids.js'
import { Place } from '../content/listing-store.js'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { ageHeader, ageOf } from './age.js'
import { listUserIds as readPage } from './people-store.js'

const path = '/api/v1/content/users/ids'

export const listUserIds = ({ foreign, cursorKey }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listUserIds',
    summary: 'Ids of all users',
    description: 'Newest first. Walked by cursor, each id comes exactly once, also while people register.',
    tag: 'People',
    access: 'data',
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of ids', schema: IdList, headers: ageHeader } },
    problems: ['unavailable'],
    async handle({ query: { limit, cursor } }) {
      const list = { key: cursorKey, path, filters: {}, place: Place }
      const after = placeOf(list, cursor)
      const page = await foreign.ask((db) => readPage(db, after, limit + 1))
      return pageReply(list, limit, page.rows, { item: (row) => `"${row.id}"`, place: placeAt }, ageOf(page))
    },
  })
