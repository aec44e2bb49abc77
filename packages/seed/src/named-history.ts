import { world } from '@marquee/contracts'
import { seedId } from './ids.js'

/** One sitting of a person of the named world, watched from the start of the episode without a pause. */
export interface NamedSitting {
  /** Of its row in the watch history. */
  playId: string
  userId: string
  contentId: string
  episodeId: string
  /** Begins at this hour (UTC) of the day that lies so many days before today. */
  daysAgo: number
  hour: number
  /** Seconds from the start of the episode, where it was stopped. */
  position: number
}

const { mina, joon } = world.viewers
const { winterTide, lastFerry } = world.contents
const { winterTide1, winterTide2, lastFerry1 } = world.episodes
const named = 'play of the named world'

/**
 * Every seed has these and nothing else of the five named viewers: Mina finished the first episode of Winter Tide and left the second
 * half-way, Joon saw Last Ferry.
 */
export const namedHistory: readonly NamedSitting[] = [
  {
    playId: seedId(1, 0, named),
    userId: mina.sub,
    contentId: winterTide.id,
    episodeId: winterTide1.id,
    daysAgo: 3,
    hour: 18,
    position: 3700,
  },
  {
    playId: seedId(1, 1, named),
    userId: mina.sub,
    contentId: winterTide.id,
    episodeId: winterTide2.id,
    daysAgo: 2,
    hour: 19,
    position: 1820,
  },
  {
    playId: seedId(1, 2, named),
    userId: joon.sub,
    contentId: lastFerry.id,
    episodeId: lastFerry1.id,
    daysAgo: 4,
    hour: 20,
    position: 7000,
  },
]
