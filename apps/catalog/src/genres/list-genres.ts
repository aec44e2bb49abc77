import { GenreList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { publicFor } from '../responses.js'
import { type ListedGenre, listGenres as readPage } from './genre-store.js'

const path = '/api/v1/genres'
const place = z.tuple([z.string(), z.guid()])

export const listGenres = ({ pool, cursorKey, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listGenres',
    summary: 'Genres by name',
    description: 'Every genre that a title can have.',
    tag: 'Genres',
    access: 'public',
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of genres', schema: GenreList } },
    async handle({ query: { limit, cursor } }) {
      const list = { key: cursorKey, path, filters: {}, place }
      const rows = await readPage(pool, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, shown, publicFor(limits))
    },
  })

const shown = {
  item: ({ id, name }: ListedGenre) => JSON.stringify({ id, name }),
  place: ({ key, id }: ListedGenre): z.infer<typeof place> => [key, id],
}
