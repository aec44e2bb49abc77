import { CreateVideoSource, Uuid, VideoSource, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { holdEpisode, roomFor, titleOfEpisode } from '../episodes/of-episode.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { addSource, sourcesOf } from './source-store.js'

export const createSource = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/episodes/{id}/sources',
    operationId: 'createSource',
    summary: 'Add a video source',
    description:
      'A source is added and deleted, never changed. The address is kept as it is given, and is there once.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: keyHeader,
    body: CreateVideoSource,
    responses: { 201: { description: 'The source', schema: VideoSource } },
    problems: ['episode_not_found', 'source_exists', 'conflict'],
    async handle(call) {
      const { params, body } = call
      const contentId = await titleOfEpisode(catalog.pool, params.id)
      return await writeOnce(catalog, 'POST /episodes/{id}/sources', call, async (tx) => {
        await holdEpisode(tx, contentId, params.id)
        const present = await sourcesOf(tx, contentId, params.id)
        if (present.some(({ url }) => url === body.url))
          throw new ApiError('source_exists', 'The episode has a source of this address already.')
        roomFor(present.length, 'sources')
        const id = uuidv7()
        await addSource(tx, contentId, {
          ...{ id, episodeId: params.id, ...body },
          ...{ bitrate: body.bitrate ?? null, fileSize: body.fileSize ?? null },
        })
        const made = (await sourcesOf(tx, contentId, params.id)).find((source) => source.id === id)
        return json(201, made, privately)
      })
    },
  })
