import type { Rebuilt } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'
import { placeParts } from '../ranking/board.js'
import { writeNext } from '../ranking/ranking-store.js'
import { dropNext, swapBoard } from './board-store.js'
import { type BoardOptions, withFrozenBoard } from './frozen-board.js'

/** Rows are those of lists: a title in one list. */
export interface RebuiltTrending extends Rebuilt {
  /** The frozen instant at which both were compared. */
  at: string
  compared: number
  /** Titles viewed or edited since the served lists were prepared, whose rows cannot be compared. */
  pending: number
}

/**
 * Every list anew from the buckets, under new keys beside the served ones, which may be there, damaged or dropped; compared with them at
 * one frozen instant, and put in their place by one script. Safe to kill at any moment: the board opens by itself after 2 s, and what
 * lies beside is removed by the next rebuild.
 * @throws Error in words when another rebuild is at work, or it takes too long
 */
export async function rebuildTrending(
  counters: Counters,
  options: BoardOptions & { dryRun?: boolean },
): Promise<RebuiltTrending> {
  const began = performance.now()
  const swapped = !options.dryRun
  const board = await withFrozenBoard(counters, options, async (board) => {
    if (!swapped) return board
    await dropNext(counters)
    const items = [...board.made.items].map(([place, { version, item }]) => ({
      ...placeParts(place),
      version,
      item,
    }))
    const lists = [...board.made.lists].map(([name, ids]) => ({ name, ids }))
    await writeNext(counters, board.token, { items, lists })
    await swapBoard(counters, board.token, board.ms, board.stored)
    return board
  })
  const { rows: built, differ, compared, pending } = board
  return {
    what: 'trending',
    built,
    differing: differ.length,
    swapped,
    ms: Math.round(performance.now() - began),
    at: new Date(board.ms).toISOString(),
    compared,
    pending,
  }
}
