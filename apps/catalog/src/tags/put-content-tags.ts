import { ContentRef, PutTags, type Tag, TagList, z } from '@marquee/contracts'
import { ApiError, endpoint, ifMatchVersion, json, requireVersion } from '@marquee/service-kit'
import { nextVersion } from '../content/content-rules.js'
import { editContent } from '../content/edit-content.js'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { privately } from '../responses.js'
import { databaseTime } from '../time-store.js'
import { knownTags, listTitleTags, replaceTags, tagsOf } from './tag-store.js'

export const putContentTags = (catalog: Catalog) =>
  endpoint({
    method: 'PUT',
    path: '/api/v1/content/{id}/tags',
    operationId: 'putContentTags',
    summary: 'Say which tags a title has',
    description:
      'These tags and no others. It is an edit of the title: If-Match names its version, which counts on. The tags that it has ' +
      'already make no version. Emits `content.updated`.',
    tag: 'Tags',
    access: 'editor',
    params: z.object({ id: ContentRef }),
    headers: ifMatch,
    body: PutTags,
    responses: { 200: { description: 'All tags of the title', schema: TagList } },
    problems: ['content_not_found'],
    async handle({ params, headers, body, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const ids = [...new Set(body.tags)]
      let written = false
      const tags = await editContent(catalog, params.id, {
        traceparent,
        async change(before, tx) {
          requireVersion(before.version, version)
          refuseUnknown(body.tags, await knownTags(tx, ids))
          const had = (await tagsOf(tx, before.id)).map(({ id }) => id)
          if (String(had.sort()) === String([...ids].sort())) return null
          await replaceTags(tx, before.id, ids)
          written = true
          return nextVersion(before, await databaseTime(tx))
        },
        async answer(tx, id) {
          if (written) await listTitleTags(tx, id, ids)
          return await tagsOf(tx, id)
        },
      })
      return json(200, { items: tags.map(({ id, name }) => ({ id, name })), next: null }, privately)
    },
  })

function refuseUnknown(ids: string[], known: Tag[]): void {
  const there = new Set(known.map(({ id }) => id))
  const errors = ids.flatMap((id, n) =>
    there.has(id) ? [] : [{ pointer: `/tags/${n}`, code: 'custom', message: 'is not a tag' }],
  )
  if (errors.length > 0) throw new ApiError('invalid_body', 'A tag is not known.', { errors })
}
