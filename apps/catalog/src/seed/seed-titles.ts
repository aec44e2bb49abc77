import { world } from '@marquee/contracts'
import { type Pool, transaction } from '@marquee/postgres'
import type { Progress } from '@marquee/seed'
import { analyzeTitles, beginBulk, insertTitles, placeTitles } from '../import/insert-titles-store.js'
import type { NewTitle } from '../import/new-title.js'
import { retried } from '../import/retry.js'
import { generateTitle, type SeedContext } from './generate-title.js'
import { addGenres, addPersons, existingTitles } from './seed-store.js'
import { seedGenres, worldTitles } from './seed-world.js'

export interface SeedOptions {
  titles: number
  seed: number
  /** Midnight UTC. */
  today: Date
  progress: Progress
  /** Titles per transaction. */
  batch?: number
}

export interface SeedReport {
  titles: number
  added: number
  unchanged: number
  episodes: number
}

/** The first `count` titles of a seed from the one at `from`: the named world, then invented ones. */
function titlesFrom(from: number, count: number, context: SeedContext): NewTitle[] {
  const named = worldTitles(context.genres)
  return Array.from({ length: count }, (_, i) => named[from + i] ?? generateTitle(context, from + i))
}

/** Adds what is missing of these titles, each with its projections, statistics and event. A title that is there stays as it is. */
const addMissing = (pool: Pool, titles: NewTitle[]): Promise<NewTitle[]> =>
  retried(() =>
    transaction(pool, async (tx) => {
      await beginBulk(tx)
      const there = await existingTitles(
        tx,
        titles.map(({ title }) => title.id),
      )
      const missing = titles.filter(({ title }) => !there.has(title.id))
      await insertTitles(tx, await placeTitles(tx, missing))
      return missing
    }),
  )

/**
 * Fills the catalogue. What a seed holds follows from its number and the title's place alone, so a second run changes nothing, a
 * larger size adds the rest, and a run that was killed is completed by the next.
 */
export async function seedTitles(pool: Pool, options: SeedOptions): Promise<SeedReport> {
  const { titles, seed, today, progress, batch = 500 } = options
  const genres = await addGenres(pool, seedGenres(seed))
  await addPersons(pool, Object.values(world.people))
  const context = { seed, today, genres }
  const report: SeedReport = { titles, added: 0, unchanged: 0, episodes: 0 }
  for (let from = 0; from < titles; from += batch) {
    const wanted = titlesFrom(from, Math.min(batch, titles - from), context)
    const added = await addMissing(pool, wanted)
    report.added += added.length
    report.unchanged += wanted.length - added.length
    report.episodes += added.reduce((sum, { episodes }) => sum + episodes.length, 0)
    progress.at(from + wanted.length)
  }
  if (report.added > 0) await analyzeTitles(pool)
  return report
}
