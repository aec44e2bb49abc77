import { list, Timestamp } from './common.js'
import { ContentSummary } from './content.js'
import { TitleStatus, WatchStatus } from './watching.js'
import { world } from './world.js'
import { z } from './z.js'

const score = z.int().min(1).max(10).nullable().describe('The viewer’s own, 1 to 10; no review')
const notes = z.string().trim().max(2000).nullable().describe('For the viewer alone')

/** What is left out stays as it is, so that a player which sets a status does not take a score away. */
export const SetWatchStatus = z
  .strictObject({ status: WatchStatus, score: score.optional(), notes: notes.optional() })
  .openapi('SetWatchStatus', { example: { status: 'on_hold', score: 8, notes: 'After the exams.' } })
export type SetWatchStatus = z.infer<typeof SetWatchStatus>

const example = {
  content: world.summaries.winterTide,
  ...world.titleStatus,
  run: 1,
  score: 8,
  notes: null,
  setAt: null,
  lastWatchedAt: '2025-11-05T19:00:00.000Z',
  startedAt: '2025-11-05T18:00:00.000Z',
  completedAt: null,
}

export const WatchStatusItem = z
  .object({
    content: ContentSummary,
    ...TitleStatus.shape,
    run: z.int().min(1).describe('The present watching; 2 and more are rewatches'),
    score,
    notes,
    setAt: Timestamp.nullable().describe('When the viewer last set a status; null: never'),
    lastWatchedAt: Timestamp.nullable(),
    startedAt: Timestamp.nullable().describe('The first report of the title'),
    completedAt: Timestamp.nullable().describe('Since when it is completed; null for any other status'),
  })
  .openapi('WatchStatusItem', { example })
export type WatchStatusItem = z.infer<typeof WatchStatusItem>

export const WatchStatusList = list(WatchStatusItem, 'WatchStatusList', example)
