import { ContentRef, EpisodeList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import { visibleContent } from '../content/find-content.js'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { EpisodePlace, type ListedEpisode, listEpisodes as readPage } from './episode-listing-store.js'

export const listEpisodes = (catalog: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/{id}/episodes',
    operationId: 'listEpisodes',
    summary: 'Episodes of a title',
    description:
      'In order: by season (0 holds the specials), then `sortOrder`. Editors also see what is not published.',
    tag: 'Episodes',
    access: 'public',
    params: z.object({ id: ContentRef }),
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of episodes', schema: EpisodeList } },
    problems: ['content_not_found'],
    async handle({ params, query: { limit, cursor }, viewer }) {
      const { pool, cursorKey, limits } = catalog
      const asEditor = isEditor(viewer)
      const { id } = await visibleContent(catalog, params.id, asEditor)
      const list = {
        key: cursorKey,
        path: `/api/v1/content/${id}/episodes`,
        filters: {},
        place: EpisodePlace,
      }
      const rows = await readPage(pool, id, asEditor, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, shown, asEditor ? privately : publicFor(limits))
    },
  })

const shown = {
  item: (row: ListedEpisode) => row.item,
  place: ({ season, place, id }: ListedEpisode): z.infer<typeof EpisodePlace> => [season, place, id],
}
