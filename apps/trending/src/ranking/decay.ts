import type { TrendingPeriod } from '@marquee/contracts'

/**
 * How views become a score. Time is counted in whole UTC hours: a window is the running hour and those before it, and a bucket loses
 * weight by its age in hours. So a score only changes with a view or with the hour, and any two computations of it agree to the bit.
 */
export interface Window {
  hours: number
  halfLifeHours: number
}
export const windows: Record<TrendingPeriod, Window> = {
  daily: { hours: 24, halfLifeHours: 6 },
  weekly: { hours: 168, halfLifeHours: 48 },
  monthly: { hours: 720, halfLifeHours: 168 },
}

/** Buckets of one title: [hour since 1970, views], oldest first. */
export type Buckets = readonly (readonly [hour: number, views: number])[]

/** 0 (this hour) to hours - 1 inside the window, else -1. A bucket ahead of the clock counts as this hour's. */
const ageWithin = (hour: number, now: number, { hours }: Window) => {
  const age = Math.max(0, now - hour)
  return age < hours ? age : -1
}

/** Weight by age; a table, since a power per bucket would be most of the time of ranking everything anew. */
const weightsOf = ({ hours, halfLifeHours }: Window) =>
  Float64Array.from({ length: hours }, (_, age) => 2 ** (-age / halfLifeHours))
const known = new Map<Window, Float64Array>(
  Object.values(windows).map((window) => [window, weightsOf(window)]),
)

/** Sum over the window of views x 2^(-age / half-life), rounded to 4 decimals so that what looks equal is equal. O(buckets). */
export function decayedScore(buckets: Buckets, now: number, window: Window): number {
  const weights = known.get(window) ?? weightsOf(window)
  let sum = 0
  for (const [hour, views] of buckets) {
    const age = ageWithin(hour, now, window)
    if (age >= 0) sum += views * weights[age]!
  }
  return Math.round(sum * 10_000) / 10_000
}

/** Plain sum over the window. */
export function viewsWithin(buckets: Buckets, now: number, window: Window): number {
  let sum = 0
  for (const [hour, views] of buckets) if (ageWithin(hour, now, window) >= 0) sum += views
  return sum
}

/** Higher scores first, ties by id. */
export const byRank = (a: { id: string; score: number }, b: { id: string; score: number }): number =>
  b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The 30-day score, which the catalogue knows as popularity. */
export const popularity = (ranked: Buckets, now: number): number => decayedScore(ranked, now, windows.monthly)

export const hourOf = (ms: number): number => Math.floor(ms / 3_600_000)
export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000)
