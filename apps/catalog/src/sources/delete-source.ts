import { Uuid, z } from '@marquee/contracts'
import { ApiError, endpoint, noContent } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { titleOfEpisode } from '../episodes/of-episode.js'
import { removeSource } from './source-store.js'

export const deleteSource = ({ pool }: Catalog) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/episodes/{id}/sources/{sourceId}',
    operationId: 'deleteSource',
    summary: 'Remove a video source',
    description: 'Nobody is told its address any more; one that was given out works until it expires.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid, sourceId: Uuid }),
    responses: { 204: { description: 'The source is gone' } },
    problems: ['episode_not_found', 'source_not_found'],
    async handle({ params: { id, sourceId } }) {
      if (!(await removeSource(pool, await titleOfEpisode(pool, id), id, sourceId)))
        throw new ApiError('source_not_found', `The episode has no source "${sourceId}".`)
      return noContent()
    },
  })
