import { Favorite, Uuid, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { createFindTitle } from '../titles/find-title.js'
import { transactionAgain } from '../transaction-again.js'
import { userOf } from '../users/user-of.js'
import { addFavorite as add } from './favorites-store.js'

export const favoriteParams = z.object({ contentId: Uuid })

export function addFavorite(userHistory: UserHistory) {
  const { primary } = userHistory
  const findTitle = createFindTitle(userHistory)
  return endpoint({
    method: 'PUT',
    path: '/api/v1/favorites/{contentId}',
    operationId: 'addFavorite',
    summary: 'Keep a title as a favourite',
    description: 'Of the viewer. One that is a favourite already stays where it is.',
    tag: 'Lists',
    access: 'viewer',
    params: favoriteParams,
    responses: { 200: { description: 'It is a favourite', schema: Favorite } },
    problems: ['forbidden', 'content_not_found', 'unavailable'],
    async handle({ params: { contentId }, viewer }) {
      const of = { userId: userOf(viewer), contentId }
      const content = await findTitle(contentId)
      const addedAt = await transactionAgain(primary, (tx) => add(tx, of))
      return json(200, { content, addedAt: new Date(addedAt).toISOString() }, own)
    },
  })
}
