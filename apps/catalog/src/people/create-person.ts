import { CreatePerson, Person } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Catalog } from '../context.js'
import { keyHeader } from '../headers.js'
import { privately } from '../responses.js'
import { writeOnce } from '../write-once.js'
import { personReply } from './get-person.js'
import { insertPerson, readPerson } from './person-store.js'

export const createPerson = (catalog: Catalog) =>
  endpoint({
    method: 'POST',
    path: '/api/v1/people',
    operationId: 'createPerson',
    summary: 'Add a person',
    description: 'Two people may have one name: look first whether the person is there.',
    tag: 'Credits',
    access: 'editor',
    headers: keyHeader,
    body: CreatePerson,
    responses: {
      201: {
        description: 'The person',
        schema: Person,
        headers: { ETag: 'Version of the person', Location: 'Its address' },
      },
    },
    handle(call) {
      const { name, originalName, profileUrl, biography, birthDate, nationality } = call.body
      return writeOnce(catalog, 'POST /people', call, async (tx) => {
        const id = uuidv7()
        await insertPerson(tx, {
          ...{ id, name, originalName: originalName ?? null, profileUrl: profileUrl ?? null },
          ...{ biography: biography ?? null, birthDate: birthDate ?? null, nationality: nationality ?? null },
        })
        const made = await readPerson(tx, id)
        if (!made) throw new Error('the person just written is not there')
        return personReply(201, made, { location: `/api/v1/people/${id}`, ...privately })
      })
    },
  })
