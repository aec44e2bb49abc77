import { ContentRef, Credit, CreditList, PutCredits, z } from '@marquee/contracts'
import type { Db } from '@marquee/postgres'
import { endpoint, ifMatchVersion, jsonBytes, requireVersion } from '@marquee/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { nextVersion } from '../content/content-rules.js'
import { editContent } from '../content/edit-content.js'
import type { Catalog } from '../context.js'
import { ifMatch } from '../headers.js'
import { knownPersons } from '../people/person-store.js'
import { privately } from '../responses.js'
import { databaseTime } from '../time-store.js'
import { chosenCredits, type NewCredit, sameCredits } from './credit-rules.js'
import { listCredits, replaceCredits } from './credit-store.js'

const more = 1000

export const putContentCredits = (catalog: Catalog) =>
  endpoint({
    method: 'PUT',
    path: '/api/v1/content/{id}/credits',
    operationId: 'putContentCredits',
    summary: 'Say who plays in a title and who made it',
    description:
      'These credits and no others. It is an edit of the title: If-Match names its version, which counts on. The credits that it has ' +
      'already make no version. Emits `content.updated`.',
    tag: 'Credits',
    access: 'editor',
    params: z.object({ id: ContentRef }),
    headers: ifMatch,
    body: PutCredits,
    responses: { 200: { description: 'All credits of the title', schema: CreditList } },
    problems: ['content_not_found'],
    async handle({ params, headers, body, traceparent }) {
      const version = ifMatchVersion(headers['if-match'])
      const items = await editContent(catalog, params.id, {
        traceparent,
        async change(before, tx) {
          requireVersion(before.version, version)
          const ids = [...new Set(body.credits.map(({ personId }) => personId))]
          const credits = chosenCredits(body, await knownPersons(tx, ids), uuidv7)
          if (sameCredits(credits, await present(tx, before.id))) return null
          await replaceCredits(tx, before.id, credits)
          return nextVersion(before, await databaseTime(tx))
        },
        answer: async (tx, id) => (await listCredits(tx, id, null, more)).map(({ item }) => item),
      })
      return jsonBytes(200, Buffer.from(`{"items":[${items.join(',')}],"next":null}`), privately)
    },
  })

const present = async (db: Db, contentId: string): Promise<NewCredit[]> =>
  (await listCredits(db, contentId, null, more)).map(({ id, item }) => {
    const { person, ...credit } = Credit.parse(JSON.parse(item))
    return { id, personId: person.id, ...credit }
  })
