import { Person, Uuid, z } from '@marquee/contracts'
import { ApiError, endpoint, json, type Reply, strongEtag } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { publicFor } from '../responses.js'
import { readPerson } from './person-store.js'

export const noPerson = (id: string): ApiError =>
  new ApiError('person_not_found', `There is no person "${id}".`)

export const personReply = (status: number, person: Person, headers: Record<string, string>): Reply => {
  const reply = json(status, person, headers)
  return { ...reply, headers: { ...reply.headers, etag: strongEtag(person.version, reply.body ?? '') } }
}

export const getPerson = ({ pool, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/people/{id}',
    operationId: 'getPerson',
    summary: 'One person',
    description: 'Somebody who plays in titles or makes them.',
    tag: 'Credits',
    access: 'public',
    params: z.object({ id: Uuid }),
    responses: {
      200: {
        description: 'The person',
        schema: Person,
        headers: { ETag: '`"<version>.<hash>"`: for If-None-Match, and for If-Match of an edit' },
      },
    },
    problems: ['person_not_found'],
    async handle({ params: { id } }) {
      const person = await readPerson(pool, id)
      if (!person) throw noPerson(id)
      return personReply(200, person, publicFor(limits))
    },
  })
