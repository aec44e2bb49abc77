import type { Cache } from '@marquee/cache'
import type { Limits } from '@marquee/contracts'

/**
 * What the catalogue keeps in the cache: titles (a field per variant), episodes, and which id a slug names. Only what everybody may
 * see is kept. Ids never change hands; a slug may, so it is told with the title's edits.
 */
export function createCatalogCache(cache: Cache, limits: Limits) {
  const { contentTtlMs, episodeTtlMs } = limits
  const contents = cache.namespace({ name: 'content', version: 1, ttlMs: contentTtlMs, jitter: 0.1 })
  const episodes = cache.namespace({ name: 'episode', version: 1, ttlMs: episodeTtlMs, jitter: 0.1 })
  const slugs = cache.namespace({ name: 'slug', version: 1, ttlMs: contentTtlMs, jitter: 0.1 })
  return { contents, episodes, slugs }
}
export type CatalogCache = ReturnType<typeof createCatalogCache>
