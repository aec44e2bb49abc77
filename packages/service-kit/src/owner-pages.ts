import type { z } from 'zod'
import type { HttpClient } from './http-client.js'

const pageSize = 500

/**
 * Everything that an owner keeps of one kind, page by page in the order of ids, for who makes a copy of it anew: `path` answers
 * `{ items, next }` to `?limit=&after=`. What changes meanwhile is told by events.
 * @throws Error when the owner does not answer, or not in this shape
 */
export async function* ownerPages<T>(
  owner: Pick<HttpClient, 'get'>,
  path: string,
  schema: z.ZodType<{ items: T[]; next: string | null }>,
): AsyncGenerator<T[]> {
  for (let after: string | null = ''; after !== null; ) {
    const at: string = `${path}?limit=${pageSize}${after && `&after=${after}`}`
    const { status, body } = await owner.get(at)
    if (status !== 200) throw new Error(`the owner answered ${status} to ${at}`)
    const page = schema.parse(JSON.parse(body.toString()))
    yield page.items
    after = page.next
  }
}
