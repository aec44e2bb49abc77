import { CreateTag, Tag } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { insertTag } from './tag-store.js'

export const createTag = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/tags',
    operationId: 'createTag',
    summary: 'Add a tag',
    description: 'Names are unique, whatever their case.',
    tag: 'Tags',
    access: 'editor',
    headers: keyHeader,
    body: CreateTag,
    responses: { 201: { description: 'The tag', schema: Tag } },
    problems: ['tag_exists'],
    handle(call) {
      const { name } = call.body
      return writeOnce(catalog, 'POST /tags', call, async (tx) => {
        const id = uuidv7()
        if (!(await insertTag(tx, id, name)))
          throw new ApiError('tag_exists', `There is a tag "${name}" already.`)
        return json(201, { id, name }, privately)
      })
    },
  })
