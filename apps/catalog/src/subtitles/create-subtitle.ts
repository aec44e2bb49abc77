import { CreateSubtitle, Subtitle, Uuid, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { holdEpisode, roomFor, titleOfEpisode } from '../episodes/of-episode.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { addSubtitle, makeDefault, subtitlesOf } from './subtitle-store.js'

export const createSubtitle = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/episodes/{id}/subtitles',
    operationId: 'createSubtitle',
    summary: 'Add subtitles',
    description: 'One file per language. The first ones are the default, and later ones that ask to be.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: keyHeader,
    body: CreateSubtitle,
    responses: { 201: { description: 'The subtitles', schema: Subtitle } },
    problems: ['episode_not_found', 'subtitle_exists', 'conflict'],
    async handle(call) {
      const { params, body } = call
      const contentId = await titleOfEpisode(catalog.pool, params.id)
      return await writeOnce(catalog, 'POST /episodes/{id}/subtitles', call, async (tx) => {
        await holdEpisode(tx, contentId, params.id)
        const present = await subtitlesOf(tx, contentId, params.id)
        if (present.some(({ language }) => language === body.language))
          throw new ApiError('subtitle_exists', `The episode has subtitles in "${body.language}" already.`)
        roomFor(present.length, 'subtitles')
        const id = uuidv7()
        await addSubtitle(tx, contentId, { id, episodeId: params.id, ...body })
        if (body.isDefault || present.length === 0) await makeDefault(tx, contentId, params.id, id)
        const made = (await subtitlesOf(tx, contentId, params.id)).find((one) => one.id === id)
        return json(201, made, privately)
      })
    },
  })
