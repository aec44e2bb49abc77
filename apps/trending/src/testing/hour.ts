import { settle } from '@marquee/test-kit'

const hour = 3_600_000

/** Scores and snapshots change when the hour turns: figures that are stated to the digit must not straddle it. */
export const awayFromTheTurn = (needsMs = 20_000) =>
  settle(() => hour - (Date.now() % hour) > needsMs, { timeoutMs: needsMs + 5_000 })
