import { TagList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { publicFor } from '../responses.js'
import { type ListedTag, listTags as readPage } from './tag-store.js'

const path = '/api/v1/tags'
export const TagPlace = z.tuple([z.string(), z.guid()])

export const listTags = ({ pool, cursorKey, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listTags',
    summary: 'Tags by name',
    description: 'Every tag that a title can have; `tag` of the list of titles takes their ids.',
    tag: 'Tags',
    access: 'public',
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of tags', schema: TagList } },
    async handle({ query: { limit, cursor } }) {
      const list = { key: cursorKey, path, filters: {}, place: TagPlace }
      const rows = await readPage(pool, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, shownTag, publicFor(limits))
    },
  })

export const shownTag = {
  item: ({ id, name }: ListedTag) => JSON.stringify({ id, name }),
  place: ({ key, id }: ListedTag): z.infer<typeof TagPlace> => [key, id],
}
