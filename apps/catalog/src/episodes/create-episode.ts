import { ContentRef, CreateEpisode, Episode, z } from '@marquee/contracts'
import { ApiError, endpoint, json, strongEtag } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { lockTitle } from '../content/content-store.js'
import { contentId, noContent } from '../content/find-content.js'
import type { Catalog } from '../context.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { newEpisode, presentEpisode } from './episode.js'
import { countEpisodes, insertEpisode } from './episode-store.js'
import { forgetEpisodes } from './told.js'

export const createEpisode = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/content/{id}/episodes',
    operationId: 'createEpisode',
    summary: 'Add an episode',
    description:
      'Its season is made with its first episode. A movie has exactly one episode: a second one is a conflict. Emits ' +
      '`episode.created`.',
    tag: 'Episodes',
    access: 'editor',
    params: z.object({ id: ContentRef }),
    headers: keyHeader,
    body: CreateEpisode,
    responses: {
      201: {
        description: 'The episode',
        schema: Episode,
        headers: { ETag: 'Version of the episode', Location: 'Its address' },
      },
    },
    problems: ['content_not_found', 'episode_exists', 'conflict'],
    async handle(call) {
      const parent = await contentId(catalog, call.params.id)
      const reply = await writeOnce(catalog, 'POST /content/{id}/episodes', call, async (tx) => {
        const title = await lockTitle(tx, parent)
        if (!title) throw noContent(call.params.id)
        const episode = newEpisode(call.body, parent, uuidv7())
        if (title.kind === 'movie' && (await countEpisodes(tx, parent)) > 0)
          throw new ApiError('conflict', 'A movie has exactly one episode, and this one has it already.')
        await insertEpisode(tx, episode, call.traceparent)
        const made = json(201, presentEpisode(episode), {
          location: `/api/v1/episodes/${episode.id}`,
          ...privately,
        })
        return { ...made, headers: { ...made.headers, etag: strongEtag(1, made.body ?? '') } }
      })
      await forgetEpisodes(catalog, parent)
      return reply
    },
  })
