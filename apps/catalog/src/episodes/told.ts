import type { Catalog } from '../context.js'
import { episodeIds } from './episode-listing-store.js'

/** An edit of one episode shows in its neighbours and in the title that includes them. */
export async function forgetEpisodes({ pool, cache }: Catalog, contentId: string): Promise<void> {
  await Promise.all([
    cache.contents.invalidate([contentId]),
    cache.episodes.invalidate(await episodeIds(pool, contentId)),
  ])
}
