import { SubtitleList, Uuid, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { titleOfEpisode } from '../episodes/of-episode.js'
import { privately } from '../responses.js'
import { subtitlesOf } from './subtitle-store.js'

export const listSubtitles = ({ pool }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/episodes/{id}/subtitles',
    operationId: 'listSubtitles',
    summary: 'Subtitles of an episode',
    description:
      'In the order in which they were added, all at once. For editors: viewers get them from `/play`.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'All subtitles of the episode', schema: SubtitleList } },
    problems: ['episode_not_found'],
    async handle({ params: { id } }) {
      const items = await subtitlesOf(pool, await titleOfEpisode(pool, id), id)
      return json(200, { items, next: null }, privately)
    },
  })
