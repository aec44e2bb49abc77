import { Uuid, ViewerState, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { userOf } from '../users/user-of.js'
import { readViewing } from './viewing-store.js'

export const getViewing = ({ primary }: UserHistory) =>
  endpoint({
    method: 'GET',
    path: '/internal/content/{id}/viewing',
    operationId: 'getViewing',
    summary: 'What the viewer has of a title',
    description: 'Where the caller is with the title and how often it was played: a part of its details.',
    tag: 'Internal',
    access: 'viewer',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'The state', schema: ViewerState } },
    problems: ['forbidden', 'unavailable'],
    async handle({ params, viewer }) {
      const of = { userId: userOf(viewer), contentId: params.id }
      return json(200, await readViewing(primary, of), { 'cache-control': 'private, no-store' })
    },
  })
