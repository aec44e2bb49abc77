import { Uuid, VideoSourceList, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { titleOfEpisode } from '../episodes/of-episode.js'
import { privately } from '../responses.js'
import { sourcesOf } from './source-store.js'

export const listSources = ({ pool }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/episodes/{id}/sources',
    operationId: 'listSources',
    summary: 'Video sources of an episode',
    description:
      'In the order in which they were added, all at once. For editors: viewers are told addresses by `/play` alone, signed and for a ' +
      'while.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'All sources of the episode', schema: VideoSourceList } },
    problems: ['episode_not_found'],
    async handle({ params: { id } }) {
      const items = await sourcesOf(pool, await titleOfEpisode(pool, id), id)
      return json(200, { items, next: null }, privately)
    },
  })
