import { mayAccess, Uuid, type Viewer, WatchHistoryList, z } from '@marquee/contracts'
import { ApiError, endpoint } from '@marquee/service-kit'
import { placeAt } from '../content/list-content-ids.js'
import { Place } from '../content/listing-store.js'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { ageHeader, ageOf } from './age.js'
import { listPlays } from './people-store.js'

export const listWatchHistory = ({ foreign, cursorKey }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/users/{userId}/watch-history',
    operationId: 'listWatchHistory',
    summary: 'What a user has watched',
    description:
      'The last play first. For that user and for admins; somebody without plays has an empty list. Titles are named as entered, ' +
      'also those that were taken down since.',
    tag: 'People',
    access: 'viewer',
    params: z.object({ userId: Uuid }),
    query: z.object(pageQuery),
    responses: { 200: { description: 'A page of plays', schema: WatchHistoryList, headers: ageHeader } },
    problems: ['forbidden', 'unavailable'],
    async handle({ params: { userId }, query: { limit, cursor }, viewer }) {
      onlyOwn(viewer, userId)
      const list = {
        key: cursorKey,
        path: `/api/v1/content/users/${userId}/watch-history`,
        filters: {},
        place: Place,
      }
      const after = placeOf(list, cursor)
      const page = await foreign.ask((db) => listPlays(db, userId, after, limit + 1))
      return pageReply(list, limit, page.rows, { item: (row) => row.item, place: placeAt }, ageOf(page))
    },
  })

function onlyOwn(viewer: Viewer, userId: string): void {
  if (viewer.sub.toLowerCase() === userId || mayAccess(viewer, 'admin')) return
  throw new ApiError('forbidden', 'What another person has watched is theirs alone.')
}
