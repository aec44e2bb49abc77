import { seededRandom, shuffled } from './random.js'

/** How unequal the popularity of titles is: the exponent of their Zipf's law. */
export const popularityExponent = 1.05

/** The titles of a seed, the most popular first; the same for views and for plays, whatever order the ids come in. */
export const byPopularity = (ids: readonly string[], seed: number): string[] =>
  shuffled([...ids].sort(), seededRandom(seed))
