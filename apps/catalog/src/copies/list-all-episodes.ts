import { InternalEpisodes, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { episodesAfter } from './copies-store.js'
import { copyQuery, copyReply } from './pages.js'

export const listAllEpisodes = ({ pool }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/internal/episodes',
    operationId: 'listAllEpisodes',
    summary: 'Every episode, for copies',
    description: 'Of every status, in the order of ids: what the newest event of each would say.',
    tag: 'Internal',
    access: 'public',
    query: z.object(copyQuery),
    responses: { 200: { description: 'A page of episodes', schema: InternalEpisodes } },
    async handle({ query: { after, limit } }) {
      return copyReply(await episodesAfter(pool, after, limit + 1), limit)
    },
  })
