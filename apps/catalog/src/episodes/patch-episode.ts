import { Episode, PatchEpisode, Uuid, z } from '@marquee/contracts'
import { endpoint, ifMatchVersion, json, requireVersion, strongEtag } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { privately } from '../responses.js'
import { editEpisode } from './edit-episode.js'
import { patchedEpisode, presentEpisode } from './episode.js'

export const patchEpisode = (catalog: Catalog) =>
  endpoint({
    method: 'PATCH',
    path: '/api/v1/episodes/{id}',
    operationId: 'patchEpisode',
    summary: 'Edit an episode',
    description:
      'JSON merge patch: what is absent stays, null empties. A patch that changes nothing makes no version. Emits `episode.updated`, ' +
      'or `episode.published` when the status says so.',
    tag: 'Episodes',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: ifMatch,
    body: PatchEpisode,
    bodyType: 'application/merge-patch+json',
    responses: {
      200: {
        description: 'The episode as it is now',
        schema: Episode,
        headers: { ETag: 'Version of the episode' },
      },
    },
    problems: ['episode_not_found', 'episode_exists'],
    async handle({ params, headers, body, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const episode = await editEpisode(catalog, params.id, {
        traceparent,
        change(before) {
          requireVersion(before.version, version)
          return patchedEpisode(before, body)
        },
      })
      const reply = json(200, presentEpisode(episode), privately)
      return { ...reply, headers: { ...reply.headers, etag: strongEtag(episode.version, reply.body ?? '') } }
    },
  })
