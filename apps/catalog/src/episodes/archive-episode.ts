import { Uuid, z } from '@marquee/contracts'
import { endpoint, ifMatchVersion, noContent, requireVersion } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { editEpisode } from './edit-episode.js'

export const archiveEpisode = (catalog: Catalog) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/episodes/{id}',
    operationId: 'archiveEpisode',
    summary: 'Take an episode down',
    description:
      'Archives it, which gives its number free. One that is archived already stays as it is. Emits `episode.deleted`.',
    tag: 'Episodes',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: ifMatch,
    responses: { 204: { description: 'It is archived' } },
    problems: ['episode_not_found'],
    async handle({ params, headers, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      await editEpisode(catalog, params.id, {
        traceparent,
        change(before) {
          if (before.status === 'archived') return null
          requireVersion(before.version, version)
          return { ...before, status: 'archived', version: before.version + 1 }
        },
      })
      return noContent()
    },
  })
