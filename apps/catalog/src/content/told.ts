import type { Catalog } from '../context.js'
import { episodeIds } from '../episodes/episode-listing-store.js'
import type { Title } from './title.js'

/** The writer's duty before it answers: nobody may read the title as it was before this edit. */
export async function forgetTitle(
  { pool, cache }: Catalog,
  before: Title | null,
  after: Title,
): Promise<void> {
  const statusChanged = before !== null && before.status !== after.status
  await Promise.all([
    cache.contents.invalidate([after.id]),
    cache.slugs.invalidate([...new Set([before?.slug ?? after.slug, after.slug])]),
    // Episodes are seen only while their title is.
    statusChanged && cache.episodes.invalidate(await episodeIds(pool, after.id)),
  ])
}
