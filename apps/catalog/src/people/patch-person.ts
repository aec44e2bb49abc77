import { PatchPerson, Person, Uuid, z } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { ApiError, endpoint, ifMatchVersion, requireVersion } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { privately } from '../responses.js'
import { noPerson, personReply } from './get-person.js'
import { readPerson, titlesOfPerson, updatePerson } from './person-store.js'

export const patchPerson = (catalog: Catalog) =>
  endpoint({
    method: 'PATCH',
    path: '/api/v1/people/{id}',
    operationId: 'patchPerson',
    summary: 'Edit a person',
    description:
      'JSON merge patch: what is absent stays, null empties. A patch that changes nothing makes no version. Credits of all titles ' +
      'show it at once.',
    tag: 'Credits',
    access: 'editor',
    params: z.object({ id: Uuid }),
    headers: ifMatch,
    body: PatchPerson,
    bodyType: 'application/merge-patch+json',
    responses: {
      200: {
        description: 'The person as it is now',
        schema: Person,
        headers: { ETag: 'Version of the person' },
      },
    },
    problems: ['person_not_found'],
    async handle({ params: { id }, headers, body }) {
      const version = ifMatchVersion(headers['if-match'])
      const { person, changed } = await transaction(catalog.pool, async (tx) => {
        const before = await readPerson(tx, id)
        if (!before) throw noPerson(id)
        requireVersion(before.version, version)
        const given = Object.entries(body).filter(([, value]) => value !== undefined)
        const after: Person = { ...before, ...Object.fromEntries(given) }
        if (JSON.stringify(after) === JSON.stringify(before)) return { person: before, changed: false }
        if (!(await updatePerson(tx, version, after)))
          throw new ApiError('version_mismatch', 'Somebody edited this person at the same time.')
        return { person: (await readPerson(tx, id)) ?? after, changed: true }
      })
      if (changed) await catalog.cache.contents.invalidate(await titlesOfPerson(catalog.pool, id))
      return personReply(200, person, privately)
    },
  })
