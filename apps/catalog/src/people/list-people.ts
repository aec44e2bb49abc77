import { PersonList, z } from '@marquee/contracts'
import { endpoint } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { pageQuery, pageReply, placeOf } from '../pages.js'
import { publicFor } from '../responses.js'
import { type ListedPerson, listPersons } from './person-store.js'

const path = '/api/v1/people'
const place = z.tuple([z.string(), z.guid()])

export const listPeople = ({ pool, cursorKey, limits }: Catalog) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listPeople',
    summary: 'People by name',
    description:
      'Who plays in titles or makes them. `name` keeps those whose name begins so, whatever the case.',
    tag: 'Credits',
    access: 'public',
    query: z.object({
      ...pageQuery,
      name: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: 'How the name begins', example: 'Han' }),
    }),
    responses: { 200: { description: 'A page of people', schema: PersonList } },
    async handle({ query: { limit, cursor, name } }) {
      const list = { key: cursorKey, path, filters: { name }, place }
      const rows = await listPersons(pool, name, placeOf(list, cursor), limit + 1)
      return pageReply(list, limit, rows, shown, publicFor(limits))
    },
  })

const shown = {
  item: ({ item }: ListedPerson) => item,
  place: ({ key, id }: ListedPerson): z.infer<typeof place> => [key, id],
}
