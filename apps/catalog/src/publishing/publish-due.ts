import { nextVersion } from '../content/content-rules.js'
import { editContent } from '../content/edit-content.js'
import type { Catalog } from '../context.js'
import { editEpisode } from '../episodes/edit-episode.js'
import { databaseTime } from '../time-store.js'
import { airingEpisodes, type Due, dueEpisodes, dueTitles } from './due-store.js'

/**
 * Publishes scheduled titles whose `publishAt` has come, and scheduled episodes whose air date has; of episodes that were published
 * ahead it tells that their air date has come. Each in its own transaction,
 * decided anew under the lock of its row: two leaders at once, or an editor meanwhile, do no harm.
 */
export async function publishDue(catalog: Catalog): Promise<void> {
  for (const due of await dueTitles(catalog.pool)) await publishTitle(catalog, due)
  for (const due of await dueEpisodes(catalog.pool)) await publishEpisode(catalog, due)
  for (const due of await airingEpisodes(catalog.pool)) await airEpisode(catalog, due)
}

export const publishTitle = (catalog: Catalog, due: Due): Promise<void> =>
  editContent(catalog, due.id, {
    change: async (before, tx) =>
      still(due, before.status, before.publishAt)
        ? { ...nextVersion(before, await databaseTime(tx)), status: 'published' }
        : null,
    answer: async () => undefined,
  })

export const publishEpisode = (catalog: Catalog, due: Due) =>
  editEpisode(catalog, due.id, {
    change: (before) =>
      still(due, before.status, before.airDate)
        ? { ...before, status: 'published', version: before.version + 1 }
        : null,
  })

/** Nobody edited it, but it is watchable from now on: `episode.published`, with a version that orders it. */
export const airEpisode = (catalog: Catalog, due: Due) =>
  editEpisode(catalog, due.id, {
    change: (before) =>
      before.status === 'published' && !before.aired && before.airDate?.getTime() === due.at.getTime()
        ? { ...before, version: before.version + 1 }
        : null,
  })

// The database has compared the clock; ours may be another one.
const still = (due: Due, status: string, at: Date | null): boolean =>
  status === 'scheduled' && at?.getTime() === due.at.getTime()
