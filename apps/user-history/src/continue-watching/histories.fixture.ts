import { archives, unaired, vipEpisodes } from './histories/availability.fixture.js'
import { clip, exactlyNinety, exactlyTen, unknownDuration } from './histories/completion.fixture.js'
import { crossedClocks, offlinePhones, pausedClients } from './histories/devices.fixture.js'
import { newSeason, seasonsOutOfOrder, specials } from './histories/order.fixture.js'
import { dismissals, rewatches } from './histories/runs.fixture.js'
import type { History, topics } from './histories/words.fixture.js'

/**
 * What viewers did and what they are to find, written by hand from the rules of progress and continue watching. Tests of the rules and
 * of the routes play the same ones.
 */
export const histories: Record<(typeof topics)[number], History[]> = {
  'seasons out of order': seasonsOutOfOrder,
  'a special between episodes': specials,
  'a finished show with a new season': newSeason,
  'a rewatch': rewatches,
  'a dismissed title with a new episode': dismissals,
  'an unaired next episode': unaired,
  'an archived episode': archives,
  'two devices with crossed clocks': crossedClocks,
  'an offline phone syncing last week': offlinePhones,
  'a paused client reporting zero': pausedClients,
  'exactly 90 %': exactlyNinety,
  'exactly 10 s': exactlyTen,
  'a 40-second clip': clip,
  'unknown duration': unknownDuration,
  'a VIP next episode for a free viewer': vipEpisodes,
}
