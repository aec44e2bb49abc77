import type { Case } from './cases.js'
import { contentReads } from './table-content-reads.js'
import { contentWrites } from './table-content-writes.js'
import { creditsAndPlay } from './table-credits-and-play.js'
import { episodesAndGenres } from './table-episodes-and-genres.js'
import { gateway } from './table-gateway.js'
import { lists } from './table-lists.js'
import { people } from './table-people.js'
import { reviewEdits } from './table-review-edits.js'
import { reviewsTable } from './table-reviews.js'
import { trending } from './table-trending.js'
import { users } from './table-users.js'
import { viewing } from './table-viewing.js'

/** The expected status per operation and class of input, written by hand. */
export const table: Record<string, Case[]> = {
  ...contentReads,
  ...contentWrites,
  ...episodesAndGenres,
  ...creditsAndPlay,
  ...trending,
  ...reviewsTable,
  ...reviewEdits,
  ...people,
  ...viewing,
  ...lists,
  ...users,
  ...gateway,
}
