import { EpisodeDetail, Uuid, z } from '@marquee/contracts'
import { ApiError, endpoint, jsonBytes } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { isEditor, privately, publicFor } from '../responses.js'
import { readEpisode } from './episode-listing-store.js'

export const noEpisode = (id: string): ApiError =>
  new ApiError('episode_not_found', `There is no published episode "${id}".`)

export const getEpisode = ({ pool, cache, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/episodes/{id}',
    operationId: 'getEpisode',
    summary: 'One episode with its neighbours',
    description:
      'The previous and the next published episode come along; specials have neighbours among themselves.',
    tag: 'Episodes',
    access: 'public',
    params: z.object({ id: Uuid }),
    responses: {
      200: {
        description: 'The episode',
        schema: EpisodeDetail,
        headers: { ETag: '`"<version>.<hash>"`: for If-None-Match, and for If-Match of an edit' },
      },
    },
    problems: ['episode_not_found'],
    async handle({ params: { id }, viewer }) {
      const entry = await cache.episodes.get(id, 'detail', async () => {
        const episode = await readEpisode(pool, id)
        return episode?.public ? { etag: episode.etag, bytes: episode.bytes } : null
      })
      if (entry) return jsonBytes(200, entry.bytes, { etag: entry.etag, ...publicFor(limits) })
      const hidden = isEditor(viewer) && (await readEpisode(pool, id))
      if (!hidden) throw noEpisode(id)
      return jsonBytes(200, hidden.bytes, { etag: hidden.etag, ...privately })
    },
  })
