import { type Check, checkOf } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'
import { type BoardOptions, withFrozenBoard } from '../rebuild/frozen-board.js'

/** Holds every row of the served lists against what the buckets make at one frozen instant. */
export const checkLists = (counters: Counters, options: BoardOptions): Promise<Check> =>
  withFrozenBoard(counters, options, async ({ compared, differ }) =>
    checkOf('served lists against buckets, by row', compared, differ),
  )
