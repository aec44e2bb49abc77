import { setTimeout as delay } from 'node:timers/promises'

/** What differs, by key; the text changes when either side does. */
export type Differing = Map<string, string>

/** An edit shows on one side before the other, so a key counts that differs alike so many times in a row, */
const alike = 3
/** or at every one of so many looks. */
const most = 8
const atOnce = 500
/** More than edits could explain. */
const worthLooking = 10_000

/** What of `found` still differs when it is looked at again. `look` tells which of some keys differ now. */
export async function persisting(
  found: Differing,
  look: (keys: string[]) => Promise<Differing>,
  pauseMs: number,
): Promise<Differing> {
  if (found.size > worthLooking) return found
  const settled: Differing = new Map()
  let open = new Map([...found].map(([key, text]) => [key, { text, times: 1 }]))
  for (let looks = 1; looks < most && open.size > 0; looks++) {
    await delay(pauseMs)
    const now = await inPortions([...open.keys()], look)
    open = new Map(
      [...now].map(([key, text]) => {
        const before = open.get(key)
        return [key, { text, times: before?.text === text ? before.times + 1 : 1 }]
      }),
    )
    for (const [key, { text, times }] of open)
      if (times >= alike) {
        settled.set(key, text)
        open.delete(key)
      }
  }
  for (const [key, { text }] of open) settled.set(key, text)
  return settled
}

async function inPortions(keys: string[], look: (keys: string[]) => Promise<Differing>): Promise<Differing> {
  const found: Differing = new Map()
  for (let from = 0; from < keys.length; from += atOnce)
    for (const [key, text] of await look(keys.slice(from, from + atOnce))) found.set(key, text)
  return found
}
