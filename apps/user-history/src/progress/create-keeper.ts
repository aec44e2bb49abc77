import { isOutage } from '@marquee/postgres'
import type { UserHistory } from '../context.js'
import { createBatches } from '../in-batches.js'
import { transactionAgain } from '../transaction-again.js'
import { titleKey } from './keep-named.js'
import { type AskedOf, type Kept, keepTogether } from './keep-reports.js'

/** Milliseconds that a report waits at most for those before it; a few transactions that wait for others leave room for the rest. */
const beside = { most: 3, afterMs: 15 }

/**
 * Keeps reports of many viewers together: while one transaction is on its way to the disk the next gathers, so that a commit and a few
 * statements serve many.
 */
export function createKeeper({ primary, limits }: Pick<UserHistory, 'primary' | 'limits'>) {
  const keep = createBatches<AskedOf, Kept[]>({
    size: 100,
    patienceMs: limits.storeTimeoutMs,
    isOutage,
    beside,
    async run(_, items) {
      const { titles, placeOf } = gather(items)
      const kept = await transactionAgain(primary, (tx) => keepTogether(tx, titles))
      return placeOf.map(([title, from, to]) => kept[title]!.slice(from, to))
    },
  })
  return (asked: AskedOf): Promise<Kept[]> => keep('reports', asked)
}

/** Each title once; and where in it the reports of each item are. */
function gather(items: readonly AskedOf[]) {
  const titles: { of: AskedOf['of']; asked: AskedOf['asked'][number][] }[] = []
  const places = new Map<string, number>()
  const placeOf = items.map(({ of, asked }): [number, number, number] => {
    const key = titleKey(of)
    const title = places.get(key) ?? titles.push({ of, asked: [] }) - 1
    places.set(key, title)
    const from = titles[title]!.asked.length
    titles[title]!.asked.push(...asked)
    return [title, from, from + asked.length]
  })
  return { titles, placeOf }
}
