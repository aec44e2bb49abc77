import { InternalViews, Uuid, z } from '@marquee/contracts'
import { type Endpoint, endpoint, json } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'
import { readViews } from './views-read-store.js'

/** For composed answers. The catalogue is not asked: whether a title exists is its word, and whoever composes has asked it. */
export const getViews = (counters: Counters): Endpoint =>
  endpoint({
    method: 'GET',
    path: '/internal/content/{id}/views',
    operationId: 'getInternalViews',
    summary: 'What is counted of one title',
    description:
      'Views of all time and of the running UTC day, and the rank among all titles of the last 24 hours as the lists show it. A title ' +
      'without views, known or not, has zeros and no rank.',
    tag: 'Internal',
    access: 'public',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'The figures of now.', schema: InternalViews } },
    handle: async ({ params }) =>
      json(200, await readViews(counters, params.id), { 'cache-control': 'no-store' }),
  })
