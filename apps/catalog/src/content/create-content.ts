import { Content, CreateContent } from '@marquee/contracts'
import { endpoint, jsonBytes } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { genresById } from '../genres/genre-store.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { databaseTime } from '../time-store.js'
import { writeOnce } from '../write-once.js'
import { readContent } from './content-read-store.js'
import { chosenGenres, newTitle, slugCandidates } from './content-rules.js'
import { insertTitle } from './content-store.js'

export const createContent = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/content',
    operationId: 'createContent',
    summary: 'Add a title',
    description:
      'The slug is made of the title when it is not given. A scheduled title is published at `publishAt`. Emits `content.created`.',
    tag: 'Catalogue',
    access: 'editor',
    headers: keyHeader,
    body: CreateContent,
    responses: {
      201: {
        description: 'The title as it was added',
        schema: Content,
        headers: { ETag: 'Version of the title', Location: 'Its address' },
      },
    },
    problems: ['slug_taken'],
    async handle(call) {
      const { body, traceparent } = call
      const id = uuidv7()
      return await writeOnce(catalog, 'POST /content', call, async (tx) => {
        const genres = chosenGenres(body.genres ?? [], await genresById(tx, body.genres ?? []))
        const title = newTitle(body, id, genres, await databaseTime(tx))
        await insertTitle(tx, title, slugCandidates(body.slug, body.title, id), traceparent)
        const made = await readContent(tx, id, { languages: [], include: [], asEditor: true })
        if (!made) throw new Error('the title just written is not there')
        return jsonBytes(201, made.bytes, {
          etag: made.etag,
          location: `/api/v1/content/${id}`,
          ...privately,
        })
      })
    },
  })
