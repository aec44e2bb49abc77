import { list, orNull, Timestamp, Uuid } from './common.js'
import { ContentSummary } from './content.js'
import { world } from './world.js'
import { z } from './z.js'

/** One play. An archived title keeps its name. */
export const WatchHistoryItem = z
  .object({
    id: Uuid,
    watchedAt: Timestamp.describe('When the sitting began'),
    watchDuration: z.int().min(0).describe('Seconds that were really watched'),
    completed: z.boolean(),
    run: z.int().min(1),
    content: orNull(ContentSummary).describe('Null for a title that the catalogue has never known'),
    episode: z.object({ id: Uuid, seasonNumber: z.int(), number: z.int(), title: z.string() }).nullable(),
  })
  .openapi('WatchHistoryItem', { example: world.play })
export type WatchHistoryItem = z.infer<typeof WatchHistoryItem>

export const WatchHistoryList = list(WatchHistoryItem, 'WatchHistoryList', world.play)
