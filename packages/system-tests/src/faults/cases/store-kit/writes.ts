import { percentile } from '../../../bench/percentile.js'
import type { Scene } from '../../case.js'
import type { Kind, Write } from '../../load/write.js'

/** Writes that began between two moments, of some kinds or of all. */
export const writesBetween = (
  { log }: Scene,
  from: number,
  to: number,
  kinds?: readonly Kind[],
): readonly Write[] =>
  log.filter(({ kind, startedAt }) => startedAt >= from && startedAt < to && (!kinds || kinds.includes(kind)))

export const notAcknowledged = (writes: readonly Write[]): readonly Write[] =>
  writes.filter(({ outcome }) => outcome !== 'ok')

/** @param share of the writes that took no longer */
export const msOf = (writes: readonly Write[], share: number): number =>
  percentile(
    writes.map(({ ms }) => ms),
    share,
  )

/** In words, for messages. */
export const saidOf = (writes: readonly Write[]): string =>
  writes
    .slice(0, 5)
    .map(
      ({ kind, key, outcome, ms, via }) => `${kind} ${key} ${outcome} after ${Math.round(ms)} ms at ${via}`,
    )
    .join('; ')
