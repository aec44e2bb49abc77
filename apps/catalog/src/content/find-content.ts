import { isUuid } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { type Found, findById, findBySlug } from './listing-store.js'

export const noContent = (ref: string): ApiError =>
  new ApiError('content_not_found', `There is no published title "${ref}".`)

/** The id that a reference names. Slugs are kept in the cache: they rarely change and the writer tells when they do. */
export async function contentId({ pool, cache }: Catalog, ref: string): Promise<string> {
  if (isUuid(ref)) return ref
  const entry = await cache.slugs.get(ref, 'id', async () => {
    const found = await findBySlug(pool, ref)
    return found && { etag: '', bytes: Buffer.from(found.id) }
  })
  if (!entry) throw noContent(ref)
  return entry.bytes.toString()
}

/** What the projection says of a title that this caller may see. @throws ApiError content_not_found */
export async function visibleContent({ pool }: Catalog, ref: string, asEditor: boolean): Promise<Found> {
  const found = isUuid(ref) ? await findById(pool, ref) : await findBySlug(pool, ref)
  if (!found || (found.status !== 'published' && !asEditor)) throw noContent(ref)
  return found
}
