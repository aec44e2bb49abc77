import { transaction } from '@marquee/postgres'
import type { Catalog } from '../context.js'
import type { EpisodeRow, StoredEpisode } from './episode.js'
import { contentOfEpisode } from './episode-listing-store.js'
import { lockEpisode, updateEpisode } from './episode-store.js'
import { noEpisode } from './get-episode.js'
import { forgetEpisodes } from './told.js'

export interface EpisodeEdit {
  /** The episode as it shall be, null to leave it as it is. */
  change(before: StoredEpisode): EpisodeRow | null
  traceparent?: string | undefined
}

/** One edit of an episode under its row's lock, with its event and its projection. @throws ApiError episode_not_found */
export async function editEpisode(
  catalog: Catalog,
  id: string,
  { change, traceparent }: EpisodeEdit,
): Promise<EpisodeRow> {
  const contentId = await contentOfEpisode(catalog.pool, id)
  if (!contentId) throw noEpisode(id)
  const { episode, written } = await transaction(catalog.pool, async (tx) => {
    const before = await lockEpisode(tx, contentId, id)
    if (!before) throw noEpisode(id)
    const after = change(before)
    if (after) await updateEpisode(tx, before, after, traceparent)
    return { episode: after ?? before, written: after !== null }
  })
  if (written) await forgetEpisodes(catalog, contentId)
  return episode
}
