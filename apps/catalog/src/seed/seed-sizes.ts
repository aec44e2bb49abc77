/** Titles per size. */
export const seedSizes = { xs: 100, s: 2_000, m: 20_000, l: 200_000 } as const
export type SeedSize = keyof typeof seedSizes
