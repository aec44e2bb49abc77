import { queryInteger, Uuid } from '@marquee/contracts'
import { jsonBytes, type Reply } from '@marquee/service-kit'
import { privately } from '../responses.js'
import type { Copied } from './copies-store.js'

const nil = '00000000-0000-0000-0000-000000000000'
const limit = { max: 1000, default: 500 }

/** Pages are found by the last id of the one before: what changes meanwhile is told by events. */
export const copyQuery = {
  after: Uuid.optional()
    .transform((id) => id ?? nil)
    .openapi({ type: 'string', format: 'uuid', description: '`next` of the page before' }),
  limit: queryInteger(1, limit.max)
    .optional()
    .transform((size) => size ?? limit.default)
    .openapi({ type: 'integer', minimum: 1, maximum: limit.max, default: limit.default, example: 500 }),
}

/** `rows` holds one row more than `size` when there is another page. */
export function copyReply(rows: Copied[], size: number): Reply {
  const shown = rows.slice(0, size)
  const next = rows.length > size ? JSON.stringify(shown.at(-1)?.id) : 'null'
  const body = `{"items":[${shown.map(({ item }) => item).join(',')}],"next":${next}}`
  return jsonBytes(200, Buffer.from(body), privately)
}
