import { SubtitleList, Uuid, z } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { holdEpisode, titleOfEpisode } from '../episodes/of-episode.js'
import { privately } from '../responses.js'
import { makeDefault, subtitlesOf } from './subtitle-store.js'

export const noSubtitle = (id: string): ApiError =>
  new ApiError('subtitle_not_found', `The episode has no subtitles "${id}".`)

export const putDefaultSubtitle = ({ pool }: Catalog) =>
  endpoint({
    method: 'PUT',
    path: '/api/v1/episodes/{id}/subtitles/{subtitleId}/default',
    operationId: 'putDefaultSubtitle',
    summary: 'Make these subtitles the default',
    description: 'In the place of the ones that are: nobody ever sees two, or none.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid, subtitleId: Uuid }),
    responses: { 200: { description: 'All subtitles of the episode', schema: SubtitleList } },
    problems: ['episode_not_found', 'subtitle_not_found'],
    async handle({ params: { id, subtitleId } }) {
      const contentId = await titleOfEpisode(pool, id)
      const items = await transaction(pool, async (tx) => {
        await holdEpisode(tx, contentId, id)
        const present = await subtitlesOf(tx, contentId, id)
        if (!present.some((one) => one.id === subtitleId)) throw noSubtitle(subtitleId)
        await makeDefault(tx, contentId, id, subtitleId)
        return await subtitlesOf(tx, contentId, id)
      })
      return json(200, { items, next: null }, privately)
    },
  })
