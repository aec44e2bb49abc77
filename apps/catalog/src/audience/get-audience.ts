import { InternalAudience, Uuid, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { privately } from '../responses.js'
import { readAudience } from './audience-store.js'

export const getAudience = ({ foreign }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/internal/content/{id}/audience',
    operationId: 'getAudience',
    summary: 'Who watches a title',
    description:
      'From the analytics servers; zeros for a title that nobody has watched or that is not known.',
    tag: 'Internal',
    access: 'public',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'The figures and how old they may be', schema: InternalAudience } },
    problems: ['unavailable'],
    async handle({ params: { id } }) {
      return json(200, await foreign.ask((db) => readAudience(db, id)), privately)
    },
  })
