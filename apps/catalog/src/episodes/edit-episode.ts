import { transaction } from '@marquee/postgres'
import type { Catalog } from '../context.js'
import type { EpisodeRow } from './episode.js'
import { contentOfEpisode } from './episode-listing-store.js'
import { lockEpisode, updateEpisode } from './episode-store.js'
import { noEpisode } from './get-episode.js'
import { forgetEpisodes } from './told.js'

/** One edit of an episode under its row's lock; `change` answers null to leave it as it is. @throws ApiError episode_not_found */
export async function editEpisode(
  catalog: Catalog,
  id: string,
  change: (before: EpisodeRow) => EpisodeRow | null,
): Promise<EpisodeRow> {
  const contentId = await contentOfEpisode(catalog.pool, id)
  if (!contentId) throw noEpisode(id)
  const { episode, written } = await transaction(catalog.pool, async (tx) => {
    const before = await lockEpisode(tx, contentId, id)
    if (!before) throw noEpisode(id)
    const after = change(before)
    if (after) await updateEpisode(tx, after)
    return { episode: after ?? before, written: after !== null }
  })
  if (written) await forgetEpisodes(catalog, contentId)
  return episode
}
