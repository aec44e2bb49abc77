import { CreateGenre, Genre } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { insertGenre } from './genre-store.js'

export const createGenre = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/genres',
    operationId: 'createGenre',
    summary: 'Add a genre',
    description: 'Names are unique, whatever their case.',
    tag: 'Genres',
    access: 'editor',
    headers: keyHeader,
    body: CreateGenre,
    responses: { 201: { description: 'The genre', schema: Genre } },
    problems: ['genre_exists'],
    handle(call) {
      const { name } = call.body
      return writeOnce(catalog, 'POST /genres', call, async (tx) => {
        const id = uuidv7()
        if (!(await insertGenre(tx, id, name)))
          throw new ApiError('genre_exists', `There is a genre "${name}" already.`)
        return json(201, { id, name }, privately)
      })
    },
  })
