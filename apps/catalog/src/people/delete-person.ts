import { Uuid, z } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { ApiError, endpoint, ifMatchVersion, noContent, requireVersion } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { noPerson } from './get-person.js'
import { readPerson, removePerson } from './person-store.js'

export const deletePerson = ({ pool }: Catalog) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/people/{id}',
    operationId: 'deletePerson',
    summary: 'Remove a person',
    description: 'Somebody who is in the credits of a title, published or not, stays: that is a conflict.',
    tag: 'Credits',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: ifMatch,
    responses: { 204: { description: 'The person is gone' } },
    problems: ['person_not_found', 'person_credited'],
    async handle({ params: { id }, headers }) {
      const version = ifMatchVersion(headers['if-match'])
      await transaction(pool, async (tx) => {
        const person = await readPerson(tx, id)
        if (!person) throw noPerson(id)
        requireVersion(person.version, version)
        const gone = await removePerson(tx, id, version).catch((error: { code?: string }) => {
          if (error.code !== '23503') throw error
          throw new ApiError('person_credited', `${person.name} has credits.`, { cause: error })
        })
        if (!gone) throw new ApiError('version_mismatch', 'Somebody edited this person at the same time.')
      })
      return noContent()
    },
  })
