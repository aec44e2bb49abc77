import { list, Timestamp } from './common.js'
import { ContentSummary } from './content.js'
import { world } from './world.js'
import { z } from './z.js'

const example = { content: world.summaries.winterTide, addedAt: '2025-11-05T20:30:00.000Z' }

export const Favorite = z
  .object({ content: ContentSummary, addedAt: Timestamp.describe('When it was added, the first time') })
  .openapi('Favorite', { example })
export type Favorite = z.infer<typeof Favorite>

export const FavoriteList = list(Favorite, 'FavoriteList', example)
