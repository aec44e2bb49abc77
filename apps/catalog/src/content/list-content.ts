import type { Viewer } from '@marquee/contracts'
import {
  ContentList,
  ContentSort,
  Kind,
  Origin,
  queryBoolean,
  queryInteger,
  Status,
  Uuid,
  world,
  z,
} from '@marquee/contracts'
import { ApiError, endpoint, jsonBytes } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { placeAt } from './list-content-ids.js'
import { listByIds, Place, listContent as readPage } from './listing-store.js'

const path = '/api/v1/content'
const year = (example: number) => queryInteger(0, 9999).optional().openapi({ type: 'integer', example })

const ids = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(Uuid).max(100))
  .optional()
  .openapi({
    type: 'string',
    description: 'Up to 100 ids separated by commas; stands alone, or with `status`',
  })

const ratingMin = z
  .string()
  .regex(/^\d{1,2}(\.\d{1,2})?$/, 'expected a number such as 7.5')
  .transform(Number)
  .optional()
  .openapi({ type: 'number', minimum: 0, description: 'At least this mean of reviews, e.g. 7.5' })

// The examples together find something in the named world: the try-it-out of the API docs fills them all in.
const filters = {
  kind: Kind.optional(),
  origin: Origin.optional(),
  genre: Uuid.optional().openapi({ description: 'Id of a genre', example: world.genres.romance.id }),
  tag: Uuid.optional().openapi({ description: 'Id of a tag', example: undefined }),
  yearFrom: year(2000),
  yearTo: year(2030),
  ratingMin,
  vip: queryBoolean.optional().openapi({ example: false }),
  status: Status.optional().openapi({ description: 'Others than published are for editors' }),
}

export const listContent = ({ pool, cursorKey, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listContent',
    summary: 'Titles by filter and sort',
    description:
      'Published titles, newest first unless `sort` says otherwise. A cursor belongs to its filters and its sort. With `ids` the ' +
      'named titles come in the order asked, without those that are not there.',
    tag: 'Catalogue',
    access: 'public',
    query: z.object({ ...pageQuery, ...filters, sort: ContentSort.optional(), ids }),
    responses: { 200: { description: 'A page of titles', schema: ContentList } },
    problems: ['unauthenticated', 'forbidden'],
    async handle({ query: { limit, cursor, ids, sort, ...asked }, viewer }) {
      const status = visibleStatus(asked.status, viewer)
      const caching = status === 'published' ? publicFor(limits) : privately
      if (ids) {
        standsAlone({ cursor, sort, ...asked, status: undefined })
        const items = await listByIds(pool, ids, status)
        return jsonBytes(200, Buffer.from(`{"items":[${items.join(',')}],"next":null}`), caching)
      }
      const list = { key: cursorKey, path, filters: { ...asked, sort: sort ?? 'newest' }, place: Place }
      const rows = await readPage(
        pool,
        sort ?? 'newest',
        { ...asked, status },
        placeOf(list, cursor),
        limit + 1,
      )
      return pageReply(list, limit, rows, { item: (row) => row.item, place: placeAt }, caching)
    },
  })

function visibleStatus(status: Status | undefined, viewer: Viewer | null): Status {
  if (status === undefined || status === 'published' || isEditor(viewer)) return status ?? 'published'
  if (!viewer)
    throw new ApiError('unauthenticated', 'Titles that are not published need the token of an editor.')
  throw new ApiError('forbidden', 'Titles that are not published are for editors.')
}

function standsAlone(others: Record<string, unknown>): void {
  const given = Object.keys(others).filter((name) => others[name] !== undefined)
  if (given.length === 0) return
  const errors = given.map((name) => ({
    pointer: `?${name}`,
    code: 'custom',
    message: 'does not go with ids',
  }))
  throw new ApiError('invalid_request', '`ids` stands alone, or with `status`.', { errors })
}
