import type { Told, TopicReader } from '../kafka.js'
import type { World } from '../load/world.js'
import type { Write } from '../load/write.js'
import type { Broken } from '../scene.js'

/** What the checker knows of a case. */
export interface Checked {
  world: World
  log: readonly Write[]
  /** What was wrong with single answers. */
  violations: readonly string[]
  broken: Broken
  /** Processes before the case. */
  pids: Record<string, number>
  topics: TopicReader
  /** Dead letters that were there before the case. */
  deadBefore: ReadonlySet<Told>
  poison: boolean
}

/** Looks at one thing and tells what differs, by name; nothing when all is as it must be. */
export type Check = (checked: Checked) => Promise<string[]>

/** Writes about one thing, or all of a kind. */
export const writesOf = (
  { log }: Checked,
  kind: Write['kind'],
  key?: string,
): Record<Write['outcome'], Write[]> => {
  const of = log.filter((write) => write.kind === kind && (key === undefined || write.key === key))
  const with_ = (outcome: Write['outcome']) => of.filter((write) => write.outcome === outcome)
  return { ok: with_('ok'), fail: with_('fail'), unknown: with_('unknown') }
}

const atOnce = 8

/** Asks about many things, a few at a time, and gathers what differs. */
export async function gather<T>(
  things: readonly T[],
  look: (thing: T) => Promise<string[]>,
): Promise<string[]> {
  const found: string[] = []
  const left = [...things]
  const worker = async () => {
    for (let thing = left.shift(); thing !== undefined; thing = left.shift())
      found.push(...(await look(thing)))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return found
}

/** A number that must lie between what was acknowledged and what may have been. */
export const between = (what: string, number: number, least: number, most: number): string[] =>
  number >= least && number <= most
    ? []
    : [`${what}: ${number}, not ${least}${most === least ? '' : ` to ${most}`}`]
