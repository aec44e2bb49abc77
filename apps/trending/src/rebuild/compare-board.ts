import { itemOf, placeOf, placeParts, type Standing } from '../ranking/board.js'
import { parseList, periodOf } from '../ranking/lists.js'

/** What is served: items by place, lists by name as they are stored. */
export interface Served {
  items: ReadonlyMap<string, string>
  lists: ReadonlyMap<string, string>
  /** Lists that are stored and that `lists` does not name: readers find them, snapshots do not. */
  unnamed: ReadonlySet<string>
}
/** What the buckets make at the same instant. */
export interface Made {
  lists: ReadonlyMap<string, string>
  standings: ReadonlyMap<string, Standing>
  /** A list of so many titles is full. */
  length: number
}

export interface DifferingRow {
  list: string
  /** Among those that can be compared. */
  rank: number
  served: string | null
  made: string | null
}

type Entry = ReturnType<typeof parseList>[number]

/**
 * Holds every row of the served lists against what the buckets make. `pending` are titles that changed since the lists were prepared:
 * their rows are passed over, and the others must follow each other the same way. Unique viewers are not compared: they are an
 * estimate that is made anew little by little.
 */
export function compareBoard(
  served: Served,
  made: Made,
  pending: ReadonlySet<string>,
): { compared: number; differ: DifferingRow[] } {
  const differ: DifferingRow[] = []
  let compared = 0
  const named = new Set<string>()
  for (const name of [...new Set([...served.lists.keys(), ...made.lists.keys()])].sort()) {
    const period = periodOf(name)
    const [there, built] = [served, made].map(({ lists }) => parseList(lists.get(name) ?? '')) as [
      Entry[],
      Entry[],
    ]
    for (const { id } of there) named.add(placeOf(period, id))
    const known = (entries: Entry[]) => entries.filter(({ id }) => !pending.has(id))
    const [a, b] = [known(there), known(built)]
    // A pending title may have pushed another one out of a full list.
    const rows = Math.max(
      there.length < made.length ? b.length : Math.min(a.length, b.length),
      built.length < made.length ? a.length : Math.min(a.length, b.length),
    )
    compared += rows
    for (let i = 0; i < rows; i++) {
      const item = a[i] && served.items.get(placeOf(period, a[i]!.id))
      const standing = b[i] && made.standings.get(b[i]!.id)
      const [is, shall] = [rowOf(a[i], item), rowOf(b[i], standing && itemOf(standing, period, 0))]
      if (is !== shall) differ.push({ list: name, rank: i + 1, served: is, made: shall })
    }
  }
  for (const place of served.items.keys()) {
    const { period, id } = placeParts(place)
    if (!named.has(place) && !pending.has(id))
      differ.push({ list: `${period}, in none`, rank: 0, served: id, made: null })
  }
  for (const list of served.unnamed)
    if (!made.lists.has(list)) differ.push({ list, rank: 0, served: 'a list that is not named', made: null })
  return { compared, differ }
}

/** Null for no row; a row without an item is not shown. */
function rowOf(entry: Entry | undefined, item: string | undefined): string | null {
  if (!entry) return null
  if (item === undefined) return `${entry.id} without an item`
  return `${entry.id} ${entry.previousRank} ${withoutUniques(item)}`
}

function withoutUniques(item: string): string {
  try {
    return JSON.stringify({ ...JSON.parse(`{${item}`), uniqueViewers: undefined })
  } catch {
    return item
  }
}
