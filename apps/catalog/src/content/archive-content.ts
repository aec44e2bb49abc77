import { ContentRef, z } from '@marquee/contracts'
import { endpoint, ifMatchVersion, noContent, requireVersion } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { databaseTime } from '../time-store.js'
import { nextVersion } from './content-rules.js'
import { editContent } from './edit-content.js'

export const archiveContent = (catalog: Catalog) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/content/{id}',
    operationId: 'archiveContent',
    summary: 'Take a title down',
    description:
      'Archives it: editors still see it and may publish it again. A title that is archived already stays as it is, whatever ' +
      'version If-Match names. Emits `content.deleted`.',
    tag: 'Catalogue',
    access: 'editor',
    params: z.object({ id: ContentRef }),
    headers: ifMatch,
    responses: { 204: { description: 'It is archived' } },
    problems: ['content_not_found'],
    async handle({ params, headers, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      await editContent(catalog, params.id, {
        traceparent,
        async change(before, tx) {
          if (before.status === 'archived') return null
          requireVersion(before.version, version)
          return { ...nextVersion(before, await databaseTime(tx)), status: 'archived' }
        },
        answer: async () => undefined,
      })
      return noContent()
    },
  })
