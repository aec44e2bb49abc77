import { FavoriteList, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { nextPage, own, type PageOf, pageQuery, placeOf } from '../pages.js'
import { userOf } from '../users/user-of.js'
import { readFavorites } from './favorites-store.js'

const path = '/api/v1/favorites'

export const listFavorites = ({ primary, cursorKey }: UserHistory) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listFavorites',
    summary: 'Favourites of the viewer',
    description:
      'The one that was added last first. A title that was taken down is left out until it is back.',
    tag: 'Lists',
    access: 'viewer',
    query: z.object(pageQuery),
    responses: {
      200: {
        description: 'A page of favourites',
        schema: FavoriteList,
        headers: { Link: 'The next page, if there is one' },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ query: { limit, cursor }, viewer }) {
      const list: PageOf = { key: cursorKey, path, userId: userOf(viewer), filters: {} }
      const rows = await readFavorites(primary, list.userId, placeOf(list, cursor), limit + 1)
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const more =
        rows.length > limit && last
          ? nextPage(list, limit, { at: last.at, contentId: last.content.id })
          : null
      const items = shown.map(({ content, at }) => ({ content, addedAt: new Date(at).toISOString() }))
      return json(200, { items, next: more?.next ?? null }, { ...own, ...(more && { link: more.link }) })
    },
  })
