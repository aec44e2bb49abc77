import { endpoint, noContent } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { userOf } from '../users/user-of.js'
import { favoriteParams } from './add-favorite.js'
import { removeFavorite as remove } from './favorites-store.js'

export const removeFavorite = ({ primary }: UserHistory) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/favorites/{contentId}',
    operationId: 'removeFavorite',
    summary: 'Keep a title as a favourite no longer',
    description: 'Also one that was taken down. What is no favourite is answered the same.',
    tag: 'Lists',
    access: 'viewer',
    params: favoriteParams,
    responses: { 204: { description: 'It is no favourite' } },
    problems: ['forbidden', 'unavailable'],
    async handle({ params: { contentId }, viewer }) {
      await remove(primary, { userId: userOf(viewer), contentId })
      return noContent(own)
    },
  })
