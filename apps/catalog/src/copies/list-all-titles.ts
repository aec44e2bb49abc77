import { InternalTitles, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { titlesAfter } from './copies-store.js'
import { copyQuery, copyReply } from './pages.js'

export const listAllTitles = ({ pool }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/internal/titles',
    operationId: 'listAllTitles',
    summary: 'Every title, for copies',
    description: 'Of every status, in the order of ids: what the newest event of each would say.',
    tag: 'Internal',
    access: 'public',
    query: z.object(copyQuery),
    responses: { 200: { description: 'A page of titles', schema: InternalTitles } },
    async handle({ query: { after, limit } }) {
      return copyReply(await titlesAfter(pool, after, limit + 1), limit)
    },
  })
