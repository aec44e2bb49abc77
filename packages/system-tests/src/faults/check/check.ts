import type { Check, Checked } from './context.js'
import { events, noDeadLetters } from './events.js'
import { answersKept, deadlines, processes, reconciled, replicated } from './machines.js'
import { plays, positions, reviews } from './people.js'
import { edits, episodes, titles } from './titles.js'
import { views } from './views.js'

/** Cheap ones first; `events` reads the topics on, which `views` looks at. */
const stores = {
  processes,
  titles,
  edits,
  episodes,
  reviews,
  plays,
  positions,
  events,
  views,
  deadlines,
  answersKept,
}
/** They are asked when the rest agrees: commands that look at everything, and what may yet come. */
const commands = { reconciled, replicated, noDeadLetters }

const everyMs = 500
/** Of one look, however many things it asks about. */
const lookWithinMs = 60_000

export interface Findings {
  /** What differs, by name; empty when every store agrees with what clients were told. */
  differences: string[]
  /** How long it took, from the call, until everything agreed. */
  ms: number
}

/** Looks into every store until all agree; what still does not agree `withinMs` from now is told. */
export async function check(checked: Checked, withinMs: number): Promise<Findings> {
  const began = performance.now()
  const left = () => began + withinMs - performance.now()
  const inStores = await untilNone(stores, checked, left)
  const inCommands = await untilNone(commands, checked, left)
  return { differences: [...inStores, ...inCommands], ms: performance.now() - began }
}

async function untilNone(
  checks: Record<string, Check>,
  checked: Checked,
  left: () => number,
): Promise<string[]> {
  let open = Object.entries(checks)
  for (;;) {
    const isLast = left() <= 0
    const found: string[] = []
    const still: typeof open = []
    for (const [name, look] of open) {
      const differences = await withDeadline(look(checked)).catch((error) => [
        `${name} could not look: ${error}`,
      ])
      if (differences.length === 0) continue
      found.push(...differences)
      still.push([name, look])
    }
    if (found.length === 0 || isLast) return found
    open = still
    await new Promise((resolve) => setTimeout(resolve, Math.min(everyMs, Math.max(1, left()))))
  }
}

const withDeadline = (looking: Promise<string[]>): Promise<string[]> =>
  Promise.race([
    looking,
    new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`not within ${lookWithinMs} ms`)), lookWithinMs).unref(),
    ),
  ])
