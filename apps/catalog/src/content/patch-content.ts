import { Content, ContentRef, PatchContent, z } from '@marquee/contracts'
import { endpoint, ifMatchVersion, jsonBytes, requireVersion } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { genresById } from '../genres/genre-store.js'
import { ifMatch } from '../headers.js'
import { privately } from '../responses.js'
import { databaseTime } from '../time-store.js'
import { readContent } from './content-read-store.js'
import { chosenGenres, patched } from './content-rules.js'
import { editContent } from './edit-content.js'
import { noContent } from './find-content.js'

export const patchContent = (catalog: Catalog) =>
  endpoint({
    method: 'PATCH',
    path: '/api/v1/content/{id}',
    operationId: 'patchContent',
    summary: 'Edit a title',
    description:
      'JSON merge patch: what is absent stays, null empties, arrays are replaced. A patch that changes nothing makes no version. ' +
      'Emits `content.updated`, or `content.published` and `content.unpublished` when the status says so.',
    tag: 'Catalogue',
    access: 'editor',
    params: z.object({ id: ContentRef }),
    headers: ifMatch,
    body: PatchContent,
    bodyType: 'application/merge-patch+json',
    responses: {
      200: {
        description: 'The title as it is now',
        schema: Content,
        headers: { ETag: 'Version of the title' },
      },
    },
    problems: ['content_not_found', 'slug_taken'],
    async handle({ params, headers, body, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const { bytes, etag } = await editContent(catalog, params.id, {
        traceparent,
        async change(before, tx) {
          requireVersion(before.version, version)
          const genres = body.genres && chosenGenres(body.genres, await genresById(tx, body.genres))
          return patched(before, body, genres, await databaseTime(tx))
        },
        async answer(tx, id) {
          const content = await readContent(tx, id, { languages: [], include: [], asEditor: true })
          if (!content) throw noContent(params.id)
          return content
        },
      })
      return jsonBytes(200, bytes, { etag, ...privately })
    },
  })
