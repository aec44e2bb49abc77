import type { InternalViews } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import { listName } from '../ranking/lists.js'

const everything = listName('daily')

/** One script, one step: figures of one moment, by the clock that counts them. @throws when the counters are down */
export async function readViews(counters: Counters, id: string): Promise<InternalViews> {
  const [totalViews, dayViews, rank] = (await counters.run('readViews', id, everything)) as [
    number,
    number,
    number,
  ]
  return { totalViews, dayViews, rank: rank || null }
}
