/** What a seed of each size holds. */
export const seedSizes = {
  xs: { titles: 100, users: 50 },
  s: { titles: 2_000, users: 1_000 },
  m: { titles: 20_000, users: 10_000 },
  l: { titles: 200_000, users: 100_000 },
} as const
export type SeedSize = keyof typeof seedSizes
export const seedSizeNames = Object.keys(seedSizes) as SeedSize[]
