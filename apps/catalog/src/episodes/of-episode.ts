import type { Db, Tx } from '@marquee/postgres'
import { ApiError } from '@marquee/service-kit'
import { contentOfEpisode } from './episode-listing-store.js'
import { lockEpisode } from './episode-store.js'
import { noEpisode } from './get-episode.js'

/** What one episode may have of each kind: an answer of play holds them all. */
export const mostOfEpisode = 100

/** The title that an episode is of: what lies on the shards is found by it. @throws ApiError episode_not_found */
export async function titleOfEpisode(db: Db, id: string): Promise<string> {
  const contentId = await contentOfEpisode(db, id)
  if (!contentId) throw noEpisode(id)
  return contentId
}

/** Under the lock of its episode one writer at a time changes what belongs to it. @throws ApiError episode_not_found */
export async function holdEpisode(tx: Tx, contentId: string, id: string): Promise<void> {
  if (!(await lockEpisode(tx, contentId, id))) throw noEpisode(id)
}

/** @throws ApiError conflict when the episode has enough of them */
export function roomFor(count: number, what: string): void {
  if (count >= mostOfEpisode)
    throw new ApiError('conflict', `An episode has ${mostOfEpisode} ${what} at most: delete one first.`)
}
